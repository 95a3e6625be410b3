UPDATE parity_migration.runs SET state = 'finished', ended_at = clock_timestamp()
WHERE run_id = %(run_id)s::uuid AND state = 'running'
RETURNING started_at, ended_at;
