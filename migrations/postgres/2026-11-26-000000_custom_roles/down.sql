DROP TABLE user_suspensions;
DROP TABLE token_details;
DROP TABLE roles;
