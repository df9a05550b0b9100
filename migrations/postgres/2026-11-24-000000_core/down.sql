DROP TABLE settings, node_leases, commands, journal, open_outcomes, requests, meters, suspensions, credentials, bindings, agents,
    allocations, teams, memberships, users, organizations, org_heads;
DROP FUNCTION journal_is_final;
