-- Other people's servers that are told of events. No admission reads or writes these rows.
CREATE TABLE webhook_endpoints (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id),
    url TEXT NOT NULL,
    description TEXT,
    -- Names with commas between them; empty = everything.
    events TEXT NOT NULL,
    status TEXT NOT NULL,
    -- Sealed with the organization's data key.
    secret BLOB NOT NULL,
    previous_secret BLOB,
    previous_until BIGINT,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX webhook_endpoints_of_org ON webhook_endpoints (org_id, id);

-- Messages on their way to them, and what became of those that are not.
CREATE TABLE webhook_deliveries (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    event TEXT NOT NULL,
    place BIGINT NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT,
    last_at BIGINT,
    last_status INTEGER,
    last_problem TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
) WITHOUT ROWID;
CREATE UNIQUE INDEX webhook_deliveries_of_endpoint ON webhook_deliveries (endpoint_id, place);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (created_at) WHERE status <> 'pending';

-- Limits of which a share is used, as people were told once.
CREATE TABLE budget_alerts (
    org_id TEXT NOT NULL,
    mode TEXT NOT NULL,
    window_key TEXT NOT NULL,
    level INTEGER NOT NULL,
    cap BIGINT NOT NULL,
    used BIGINT NOT NULL,
    agent_id TEXT,
    place BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (org_id, mode, window_key, level)
) WITHOUT ROWID;
CREATE INDEX budget_alerts_of_org ON budget_alerts (org_id, place);

-- Up to where each organization's journal was read for this.
CREATE TABLE journal_cursors (
    org_id TEXT PRIMARY KEY,
    seq BIGINT NOT NULL
) WITHOUT ROWID;
-- What happened before is not told.
INSERT INTO journal_cursors (org_id, seq) SELECT org_id, seq FROM org_heads WHERE seq > 0;
