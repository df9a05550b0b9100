-- How people prove who they are. A person without a row has no password, and all of their sessions count.
CREATE TABLE sign_ins (
    user_id TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id),
    -- A string in the PHC format.
    password TEXT,
    -- Sessions that were made before count for nothing.
    sessions_valid_from BIGINT NOT NULL
);

-- What a person has, across organizations. No admission writes these rows.
CREATE INDEX memberships_of_user ON memberships (user_id);
CREATE INDEX credentials_of_user ON credentials (user_id) WHERE user_id IS NOT NULL;
