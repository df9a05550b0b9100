-- Roles that organizations make for themselves. Places in organizations and teams name them in their column `role`.
CREATE TABLE roles (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    -- Names of permissions, separated by blanks.
    permissions TEXT NOT NULL,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX roles_of_org ON roles (org_id, id);

-- What only tokens of people have. Beside the credentials, which admissions read: these rows change whenever a token is used.
CREATE TABLE token_details (
    credential_id TEXT PRIMARY KEY REFERENCES credentials (id) ON DELETE CASCADE,
    -- Names of permissions, separated by blanks; NULL: all that the owner may.
    permissions TEXT,
    last_used_at BIGINT
) WITHOUT ROWID;

-- People who may neither sign in nor use tokens or sessions.
CREATE TABLE user_suspensions (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    since BIGINT NOT NULL,
    suspended_by TEXT NOT NULL
) WITHOUT ROWID;
