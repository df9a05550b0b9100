-- Requests to which evidence came late: rare, and found without an index on requests.
CREATE TABLE flagged_requests (
    org_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    PRIMARY KEY (org_id, request_id)
) WITHOUT ROWID;
INSERT INTO flagged_requests (org_id, request_id) SELECT org_id, id FROM requests WHERE flagged;
