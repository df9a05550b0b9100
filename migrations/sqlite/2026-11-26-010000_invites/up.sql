-- The server's own mails until a mail server took them. Recipient, subject and text are sealed.
CREATE TABLE mail_outbox (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL,
    sealed BLOB NOT NULL,
    send_before BIGINT,
    created_at BIGINT NOT NULL,
    -- When it is to be tried next; while somebody tries, the end of their claim.
    due_at BIGINT NOT NULL,
    -- Tries that were begun; whoever began the last one may say what became of it.
    attempts BIGINT NOT NULL,
    failed_at BIGINT
) WITHOUT ROWID;
CREATE INDEX mail_outbox_due ON mail_outbox (due_at) WHERE failed_at IS NULL;

-- Invitations that nobody has accepted or withdrawn.
CREATE TABLE invites (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    team_id TEXT REFERENCES teams (id),
    team_role TEXT,
    invited_by TEXT NOT NULL REFERENCES users (id),
    hash BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (org_id, email)
) WITHOUT ROWID;

-- Links by which people get a new password, one each.
CREATE TABLE password_resets (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    hash BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;

-- How people are called, where they said it.
ALTER TABLE users ADD COLUMN name TEXT;
