-- The tables of the naive side: one per noun, as a first design would have them.
-- One organization with one wallet, ten agents, four limit windows per request.
DROP TABLE IF EXISTS accounts, limit_windows, requests, holds, idempotency, postings, audit_events, audit_heads;

CREATE TABLE accounts (
    id text PRIMARY KEY,
    posted bigint NOT NULL,
    held bigint NOT NULL
);
CREATE TABLE limit_windows (
    id text PRIMARY KEY,
    used bigint NOT NULL,
    held bigint NOT NULL,
    cap bigint NOT NULL
);
CREATE TABLE requests (
    id text PRIMARY KEY,
    org_id text NOT NULL,
    agent_id text NOT NULL,
    created_at bigint NOT NULL,
    payload text NOT NULL,
    state text NOT NULL,
    cost bigint,
    settled_at bigint,
    result text
);
CREATE INDEX requests_of_org ON requests (org_id, created_at);
CREATE TABLE holds (
    id text PRIMARY KEY,
    request_id text NOT NULL,
    account_id text NOT NULL,
    amount bigint NOT NULL,
    state text NOT NULL
);
CREATE TABLE idempotency (
    agent_id text NOT NULL,
    key text NOT NULL,
    request_id text NOT NULL,
    PRIMARY KEY (agent_id, key)
);
CREATE TABLE postings (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    request_id text NOT NULL,
    amount bigint NOT NULL
);
CREATE INDEX postings_of_account ON postings (account_id, id);
CREATE TABLE audit_events (
    org_id text NOT NULL,
    seq bigint NOT NULL,
    at bigint NOT NULL,
    body text NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (org_id, seq)
);
CREATE TABLE audit_heads (
    org_id text PRIMARY KEY,
    seq bigint NOT NULL,
    hash bytea NOT NULL
);

INSERT INTO accounts VALUES ('wallet', 1000000000000000, 0), ('provider_cost', 0, 0);
INSERT INTO audit_heads VALUES ('org_1', 0, '');
INSERT INTO limit_windows
SELECT 'agent_' || agent || kind, 0, 0, 1000000000000000
FROM generate_series(1, 10) AS agent, unnest(ARRAY['_month', '_binding_month', '_binding_day']) AS kind;
INSERT INTO limit_windows VALUES ('org_month', 0, 0, 1000000000000000);
VACUUM ANALYZE;
