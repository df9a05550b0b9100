DROP INDEX credentials_of_user;
DROP INDEX memberships_of_user;
DROP TABLE sign_ins;
