DROP TABLE journal_cursors;
DROP TABLE budget_alerts;
DROP TABLE webhook_deliveries;
DROP TABLE webhook_endpoints;
