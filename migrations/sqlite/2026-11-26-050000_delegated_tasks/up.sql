-- Objectives that one agent gave another, with a cap on what is spent for each. `operations` is a list with blanks between.
CREATE TABLE delegated_tasks (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id),
    parent_id TEXT NOT NULL REFERENCES agents (id),
    child_id TEXT NOT NULL REFERENCES agents (id),
    objective TEXT NOT NULL,
    cap BIGINT CHECK (cap >= 0),
    operations TEXT,
    model_id TEXT,
    status TEXT NOT NULL,
    result TEXT,
    seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    ended_at BIGINT
) WITHOUT ROWID;
CREATE INDEX delegated_tasks_open ON delegated_tasks (child_id, id) WHERE ended_at IS NULL;
CREATE INDEX delegated_tasks_received ON delegated_tasks (child_id, id);
CREATE INDEX delegated_tasks_created ON delegated_tasks (parent_id, id);

-- Skills that agents propose; an approved one is a skill of its agent.
CREATE TABLE skill_proposals (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organizations (id),
    agent_id TEXT NOT NULL REFERENCES agents (id),
    name TEXT NOT NULL,
    description TEXT,
    instructions TEXT NOT NULL,
    reason TEXT,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    resolved_at BIGINT,
    resolved_by TEXT
) WITHOUT ROWID;
CREATE INDEX skill_proposals_of_agent ON skill_proposals (agent_id, id);
