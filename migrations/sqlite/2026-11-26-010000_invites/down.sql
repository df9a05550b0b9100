ALTER TABLE users DROP COLUMN name;
DROP TABLE password_resets;
DROP TABLE invites;
DROP TABLE mail_outbox;
