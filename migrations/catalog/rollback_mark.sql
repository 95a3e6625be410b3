UPDATE parity_migration.runs
SET state = 'rolled_back', ended_at = coalesce(ended_at, clock_timestamp())
WHERE run_id = %(run_id)s::uuid
