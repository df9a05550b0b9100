-- Questions to people. What is asked is the request's own row; this is who may answer until when, and what they said.
CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id),
    request_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    mode TEXT NOT NULL,
    status TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    resolved_at BIGINT,
    resolved_by TEXT
) WITHOUT ROWID;
CREATE INDEX approvals_of_org ON approvals (org_id, seq);
CREATE INDEX approvals_by_end ON approvals (expires_at) WHERE status = 'pending';
