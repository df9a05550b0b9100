-- From when on sessions of people act in an organization that removed them once. No admission reads or writes these rows.
CREATE TABLE departures (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    -- In whole seconds, as sessions carry their time.
    sessions_from BIGINT NOT NULL,
    PRIMARY KEY (org_id, user_id)
);
