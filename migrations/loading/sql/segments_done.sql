SELECT table_name AS "table", number, rows_read AS read, inserted, identical, quarantined
FROM parity_migration.segments
WHERE run_id = %(run_id)s::uuid AND table_name = %(table)s
ORDER BY number;
