DROP TABLE platform_admins;
DROP TABLE budget_requests;
DROP TABLE team_members;
