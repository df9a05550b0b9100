DROP TABLE flagged_requests;
