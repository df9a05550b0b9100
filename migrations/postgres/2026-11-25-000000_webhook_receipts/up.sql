-- Messages of providers that were acted on: the same one again changes nothing, and another one under its id is refused.
CREATE TABLE webhook_receipts (
    provider TEXT COLLATE "C" NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL,
    digest BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    org_id TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (provider, event_id)
);
