SELECT DISTINCT position
FROM parity_migration.quarantine
WHERE run_id = %(run_id)s::uuid AND table_name = %(table)s AND number = %(number)s
