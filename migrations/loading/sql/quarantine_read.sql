SELECT position, row_key AS key, column_name AS "column", rule, reason, sqlstate, raw, raw_is_escaped
FROM parity_migration.quarantine
WHERE run_id = %(run_id)s::uuid AND table_name = %(table)s
ORDER BY position, reason_number;
