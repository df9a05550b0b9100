-- What agents want from people. Title, body, link and response are encrypted with the data key of the organization.
CREATE TABLE agent_requests (
    id TEXT COLLATE "C" PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    seq BIGINT NOT NULL,
    agent_id TEXT COLLATE "C" REFERENCES agents (id),
    asked_by TEXT COLLATE "C" REFERENCES users (id),
    kind TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    budget_request_id TEXT COLLATE "C" UNIQUE REFERENCES budget_requests (id),
    created_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    resolved_at BIGINT,
    resolved_by TEXT
);
CREATE INDEX agent_requests_of_org ON agent_requests (org_id, seq);
CREATE INDEX agent_requests_pending ON agent_requests (org_id, agent_id) WHERE status = 'pending';

-- Who wants to show what to whom. The manifest is what an approval publishes.
CREATE TABLE publish_requests (
    id TEXT COLLATE "C" PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    seq BIGINT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    scope TEXT NOT NULL,
    team_id TEXT COLLATE "C" REFERENCES teams (id),
    manifest TEXT NOT NULL,
    note TEXT,
    requested_by TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    resolved_at BIGINT,
    resolved_by TEXT,
    publication_id TEXT COLLATE "C"
);
CREATE INDEX publish_requests_of_org ON publish_requests (org_id, seq);
CREATE UNIQUE INDEX publish_requests_pending ON publish_requests (org_id, subject_id, scope) WHERE status = 'pending';

-- What more people may see. One in force for a thing and scope.
CREATE TABLE publications (
    id TEXT COLLATE "C" PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    seq BIGINT NOT NULL,
    listing_seq BIGINT,
    subject_kind TEXT NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    scope TEXT NOT NULL,
    team_id TEXT COLLATE "C" REFERENCES teams (id),
    manifest TEXT NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL REFERENCES publish_requests (id),
    requested_by TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT
);
CREATE INDEX publications_of_org ON publications (org_id, seq);
CREATE UNIQUE INDEX publications_in_force ON publications (org_id, subject_id, scope) WHERE status = 'active';
CREATE UNIQUE INDEX publications_listed ON publications (listing_seq) WHERE status = 'active' AND listing_seq IS NOT NULL;
