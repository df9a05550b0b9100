-- The core: organizations, people, agents, and the ledger. Text ids compare bytewise; times are UTC microseconds; money is nanodollars.

-- The lock of an organization, and the end of its journal. Changes with every batch: kept apart, narrow and half empty.
CREATE TABLE org_heads (
    org_id TEXT COLLATE "C" PRIMARY KEY,
    status TEXT NOT NULL,
    zone TEXT NOT NULL,
    next_zone TEXT,
    next_zone_after INTEGER,
    seq BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    last_now BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    debt_live BIGINT NOT NULL CHECK (debt_live >= 0),
    debt_test BIGINT NOT NULL CHECK (debt_test >= 0)
) WITH (fillfactor = 20);

CREATE TABLE organizations (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT NOT NULL,
    data_key BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT COLLATE "C" PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE memberships (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    PRIMARY KEY (org_id, user_id)
);

CREATE TABLE teams (
    id TEXT COLLATE "C" PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    has_pool BOOLEAN NOT NULL,
    month_cap BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX teams_of_org ON teams (org_id, id);

CREATE TABLE allocations (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    team_id TEXT COLLATE "C" NOT NULL REFERENCES teams (id),
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    day_cap BIGINT,
    month_cap BIGINT,
    life_cap BIGINT,
    PRIMARY KEY (team_id, user_id)
);

CREATE TABLE agents (
    id TEXT COLLATE "C" PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    team_id TEXT COLLATE "C" REFERENCES teams (id),
    owner_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    description TEXT,
    icon TEXT,
    category TEXT,
    default_model_id TEXT,
    system_prompt TEXT,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    month_cap BIGINT,
    -- Ids of those it descends from, the oldest first, separated by blanks.
    ancestors TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX agents_of_org ON agents (org_id, id);

CREATE TABLE bindings (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    agent_id TEXT COLLATE "C" NOT NULL REFERENCES agents (id),
    operation TEXT COLLATE "C" NOT NULL,
    month_cap BIGINT,
    day_count BIGINT,
    approval_threshold BIGINT,
    PRIMARY KEY (agent_id, operation)
);

CREATE TABLE credentials (
    id TEXT COLLATE "C" PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    -- Exactly one of the two: an agent's key, or a person's token.
    agent_id TEXT COLLATE "C" REFERENCES agents (id),
    user_id TEXT COLLATE "C" REFERENCES users (id),
    mode TEXT,
    hash BYTEA NOT NULL UNIQUE,
    label TEXT NOT NULL,
    revoked BOOLEAN NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    CHECK ((agent_id IS NULL) <> (user_id IS NULL))
);
CREATE INDEX credentials_of_agent ON credentials (agent_id);

CREATE TABLE suspensions (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    mode TEXT NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, mode, operation)
);

-- Accounts and windows in one table. An account's figures can never show more held than there is.
CREATE TABLE meters (
    org_id TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    posted BIGINT NOT NULL,
    held BIGINT NOT NULL CHECK (held >= 0),
    count BIGINT NOT NULL CHECK (count >= 0),
    PRIMARY KEY (org_id, key)
) WITH (fillfactor = 40);

-- Hold, idempotency and answer in one row. What changes comes last and is in no index, so that ends stay in their page.
CREATE TABLE requests (
    org_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    agent_id TEXT COLLATE "C" NOT NULL,
    mode TEXT NOT NULL,
    credential_id TEXT COLLATE "C" NOT NULL,
    idempotency_key TEXT COLLATE "C",
    operation TEXT NOT NULL,
    provider TEXT,
    -- Salt, canonical payload and metadata, encrypted with the organization's data key.
    sealed BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    estimate BIGINT NOT NULL,
    applied_max_tokens BIGINT,
    hold_amount BIGINT,
    hold_account TEXT,
    hold_windows TEXT,
    approval_id TEXT COLLATE "C",
    approval_expires_at BIGINT,
    reasons TEXT,
    seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    owner TEXT,
    fence_until BIGINT,
    flagged BOOLEAN NOT NULL,
    external_id TEXT,
    ended_by TEXT,
    ended_at BIGINT,
    cost BIGINT,
    overrun BIGINT,
    basis TEXT,
    end_reason TEXT,
    -- The provider's result or the detail of a failure, encrypted likewise.
    result BYTEA,
    PRIMARY KEY (org_id, id)
) WITH (fillfactor = 45);
CREATE UNIQUE INDEX requests_idempotency ON requests (agent_id, mode, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- Requests whose outcome outlives their dispatch: running at a provider, or unknown. Few, and found without an index on requests.
CREATE TABLE open_outcomes (
    org_id TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C",
    state TEXT NOT NULL,
    PRIMARY KEY (org_id, request_id)
);

-- The audit chain; an event carries the posting that it explains.
CREATE TABLE journal (
    org_id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    mode TEXT,
    request_id TEXT,
    agent_id TEXT,
    operation TEXT,
    status TEXT,
    debit TEXT,
    credit TEXT,
    amount BIGINT CHECK (amount > 0),
    body TEXT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (org_id, seq)
);

-- Outcomes of commands that leave no request row of their own.
CREATE TABLE commands (
    id TEXT COLLATE "C" PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE node_leases (
    node_id TEXT COLLATE "C" PRIMARY KEY,
    lease_until BIGINT NOT NULL,
    watermark BIGINT NOT NULL,
    dead BOOLEAN NOT NULL
);

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE FUNCTION journal_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only';
END;
$$;
CREATE TRIGGER journal_is_final BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION journal_is_final();
CREATE TRIGGER journal_is_kept BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION journal_is_final();
