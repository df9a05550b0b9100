-- What people stopped. `scope` is organization, team/… or agent_tree/…; read only where the policy of an organization is.
CREATE TABLE stops (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    scope TEXT COLLATE "C" NOT NULL,
    reason TEXT NOT NULL,
    stopped_by TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    stopped_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, scope)
);

-- The last change of an organization's status, where there was one. What decides is in its head.
CREATE TABLE standings (
    org_id TEXT COLLATE "C" PRIMARY KEY REFERENCES organizations (id),
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    changed_by TEXT COLLATE "C" REFERENCES users (id),
    changed_at BIGINT NOT NULL
);
CREATE INDEX standings_by_status ON standings (status, org_id);

-- Words that bring money, of the whole installation.
CREATE TABLE promo_codes (
    id TEXT COLLATE "C" PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL UNIQUE,
    amount BIGINT NOT NULL CHECK (amount > 0),
    most_redemptions BIGINT,
    most_total BIGINT,
    expires_at BIGINT,
    note TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    redemptions BIGINT NOT NULL CHECK (redemptions >= 0),
    redeemed BIGINT NOT NULL CHECK (redeemed >= 0),
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    CHECK (most_redemptions IS NULL OR redemptions <= most_redemptions),
    CHECK (most_total IS NULL OR redeemed <= most_total)
);

CREATE TABLE promo_redemptions (
    promo_id TEXT COLLATE "C" NOT NULL REFERENCES promo_codes (id),
    org_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id),
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    redeemed_at BIGINT NOT NULL,
    PRIMARY KEY (promo_id, org_id)
);
