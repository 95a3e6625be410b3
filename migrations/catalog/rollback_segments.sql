-- What the segments of a run inserted into a table, as far as it is not undone.
SELECT number, inserted, fingerprint
FROM parity_migration.segments
WHERE run_id = %(run_id)s::uuid AND table_name = %(table)s AND rolled_back_at IS NULL AND inserted > 0
ORDER BY number
