DROP TABLE publications;
DROP TABLE publish_requests;
DROP TABLE agent_requests;
