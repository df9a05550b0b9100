DROP TABLE skill_proposals;
DROP TABLE delegated_tasks;
