-- Whom the people of identity providers are here. No admission reads or writes these rows.
CREATE TABLE identities (
    issuer TEXT COLLATE "C" NOT NULL,
    -- The provider's unchanging id of the person.
    subject TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject),
    -- A second one of the same person may be somebody to whom their address went.
    UNIQUE (user_id, issuer)
);

-- Old receipts are forgotten, the oldest first.
CREATE INDEX webhook_receipts_by_age ON webhook_receipts (received_at);
