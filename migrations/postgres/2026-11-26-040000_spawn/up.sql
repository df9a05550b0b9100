-- Where a spawned agent's money came from: mode, account and windows with blanks between them. Written once, and read by
-- whatever gives back what the agent did not spend.
ALTER TABLE agents ADD COLUMN origin TEXT;
