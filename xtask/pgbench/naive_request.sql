-- One request of the naive side: two transactions of twelve round trips, one to admit and one to settle.
-- Rows are locked before they are read, always in the same order, so that no two clients deadlock.
-- Given by -D: n (counts a client's requests), payload, result, event. A colon before a name means a variable to
-- pgbench, also between quotes: there is none in the texts.
\set n :n + 1
\set agent :n % 10 + 1
\set at :n
\set amount 5000
\set cost 4000

-- Admit
BEGIN;
SELECT request_id FROM idempotency WHERE agent_id = 'agent_' || :agent AND key = 'key_' || :client_id || '_' || :n;
SELECT posted - held AS free FROM accounts WHERE id = 'wallet' FOR UPDATE;
SELECT id, used, held, cap FROM limit_windows
WHERE id IN ('agent_' || :agent || '_month', 'agent_' || :agent || '_binding_month', 'agent_' || :agent || '_binding_day', 'org_month')
ORDER BY id FOR UPDATE;
UPDATE accounts SET held = held + :amount WHERE id = 'wallet' AND posted - held >= :amount;
UPDATE limit_windows SET held = held + :amount
WHERE id IN ('agent_' || :agent || '_month', 'agent_' || :agent || '_binding_month', 'agent_' || :agent || '_binding_day', 'org_month')
AND used + held + :amount <= cap;
INSERT INTO requests (id, org_id, agent_id, created_at, payload, state)
VALUES ('srq_' || :client_id || '_' || :n, 'org_1', 'agent_' || :agent, :at, :payload, 'dispatching');
INSERT INTO holds VALUES ('hld_' || :client_id || '_' || :n, 'srq_' || :client_id || '_' || :n, 'wallet', :amount, 'open');
INSERT INTO idempotency VALUES ('agent_' || :agent, 'key_' || :client_id || '_' || :n, 'srq_' || :client_id || '_' || :n);
UPDATE audit_heads SET seq = seq + 1, hash = sha256(hash || convert_to(:event, 'UTF8')) WHERE org_id = 'org_1'
RETURNING seq, hash \gset
INSERT INTO audit_events VALUES ('org_1', :seq, :at, :event, :hash);
COMMIT;

-- Settle
BEGIN;
SELECT state FROM requests WHERE id = 'srq_' || :client_id || '_' || :n FOR UPDATE;
SELECT posted, held FROM accounts WHERE id = 'wallet' FOR UPDATE;
SELECT id, used, held FROM limit_windows
WHERE id IN ('agent_' || :agent || '_month', 'agent_' || :agent || '_binding_month', 'agent_' || :agent || '_binding_day', 'org_month')
ORDER BY id FOR UPDATE;
UPDATE accounts SET posted = posted - :cost, held = held - :amount WHERE id = 'wallet';
UPDATE limit_windows SET used = used + :cost, held = held - :amount
WHERE id IN ('agent_' || :agent || '_month', 'agent_' || :agent || '_binding_month', 'agent_' || :agent || '_binding_day', 'org_month');
UPDATE holds SET state = 'posted' WHERE id = 'hld_' || :client_id || '_' || :n;
UPDATE requests SET state = 'executed', cost = :cost, settled_at = :at, result = :result WHERE id = 'srq_' || :client_id || '_' || :n;
INSERT INTO postings VALUES
    ('pst_' || :client_id || '_' || :n || '_a', 'wallet', 'srq_' || :client_id || '_' || :n, 0 - :cost),
    ('pst_' || :client_id || '_' || :n || '_b', 'provider_cost', 'srq_' || :client_id || '_' || :n, :cost);
UPDATE audit_heads SET seq = seq + 1, hash = sha256(hash || convert_to(:event, 'UTF8')) WHERE org_id = 'org_1'
RETURNING seq, hash \gset
INSERT INTO audit_events VALUES ('org_1', :seq, :at, :event, :hash);
COMMIT;
