-- Who belongs to a team, as what.
CREATE TABLE team_members (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    team_id TEXT COLLATE "C" NOT NULL REFERENCES teams (id),
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, user_id)
);
CREATE INDEX team_members_of_user ON team_members (user_id, team_id);

-- Workers who ask for money of their team's pool.
CREATE TABLE budget_requests (
    id TEXT COLLATE "C" PRIMARY KEY,
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    team_id TEXT COLLATE "C" NOT NULL REFERENCES teams (id),
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    mode TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    reason TEXT,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    resolved_at BIGINT,
    resolved_by TEXT
);
CREATE INDEX budget_requests_of_org ON budget_requests (org_id, id);

-- People who may bring live money into any organization of theirs without a payment.
CREATE TABLE platform_admins (
    user_id TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id)
);
