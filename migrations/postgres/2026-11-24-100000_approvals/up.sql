-- Questions to people. What is asked is the request's own row; this is who may answer until when, and what they said.
CREATE TABLE approvals (
    id TEXT COLLATE "C" PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    request_id TEXT COLLATE "C" NOT NULL,
    agent_id TEXT COLLATE "C" NOT NULL,
    mode TEXT NOT NULL,
    status TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    resolved_at BIGINT,
    resolved_by TEXT
);
CREATE INDEX approvals_of_org ON approvals (org_id, seq);
CREATE INDEX approvals_by_end ON approvals (expires_at) WHERE status = 'pending';
