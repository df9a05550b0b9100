DROP INDEX agents_ending;
ALTER TABLE agents DROP COLUMN memory_mode;
ALTER TABLE agents DROP COLUMN voice_config;
ALTER TABLE agents DROP COLUMN personality;
