-- How an agent speaks and what it remembers. Read by no rule about money.
ALTER TABLE agents ADD COLUMN personality TEXT;
-- A JSON object.
ALTER TABLE agents ADD COLUMN voice_config TEXT;
ALTER TABLE agents ADD COLUMN memory_mode TEXT;
-- Few, and looked for again and again.
CREATE INDEX agents_ending ON agents (org_id, id) WHERE status = 'ending';
