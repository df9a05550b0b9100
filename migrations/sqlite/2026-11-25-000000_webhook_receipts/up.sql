-- Messages of providers that were acted on: the same one again changes nothing, and another one under its id is refused.
CREATE TABLE webhook_receipts (
    provider TEXT NOT NULL,
    event_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    received_at BIGINT NOT NULL,
    org_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    PRIMARY KEY (provider, event_id)
) WITHOUT ROWID;
