SELECT run_id::text AS run_id, started_at, source, source_fingerprint, plan_fingerprint, schema_fingerprint,
  rows_per_segment, empty_tables
FROM parity_migration.runs
WHERE state = 'running';
