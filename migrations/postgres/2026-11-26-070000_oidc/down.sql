DROP INDEX webhook_receipts_by_age;
DROP TABLE identities;
