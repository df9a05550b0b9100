-- The server's own mails until a mail server took them. Recipient, subject and text are sealed.
CREATE TABLE mail_outbox (
    id TEXT COLLATE "C" PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    send_before BIGINT,
    created_at BIGINT NOT NULL,
    -- When it is to be tried next; while somebody tries, the end of their claim.
    due_at BIGINT NOT NULL,
    -- Tries that were begun; whoever began the last one may say what became of it.
    attempts BIGINT NOT NULL,
    failed_at BIGINT
);
CREATE INDEX mail_outbox_due ON mail_outbox (due_at) WHERE failed_at IS NULL;

-- Invitations that nobody has accepted or withdrawn.
CREATE TABLE invites (
    id TEXT COLLATE "C" PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    team_id TEXT COLLATE "C" REFERENCES teams (id),
    team_role TEXT,
    invited_by TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    hash BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (org_id, email)
);

-- Links by which people get a new password, one each.
CREATE TABLE password_resets (
    user_id TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id),
    hash BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- How people are called, where they said it.
ALTER TABLE users ADD COLUMN name TEXT;
