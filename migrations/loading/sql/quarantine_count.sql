SELECT table_name AS "table", rule, sqlstate, count(DISTINCT position) AS "rows", min(position) AS first_position
FROM parity_migration.quarantine
WHERE run_id = %(run_id)s::uuid
GROUP BY table_name, rule, sqlstate
ORDER BY table_name, count(DISTINCT position) DESC, rule;
