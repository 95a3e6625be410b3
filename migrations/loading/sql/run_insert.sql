INSERT INTO parity_migration.runs (run_id, source, source_fingerprint, plan_fingerprint, schema_fingerprint,
  rows_per_segment, empty_tables, system_identifier, database_oid, versions)
SELECT %(run_id)s::uuid, %(source)s, %(source_fingerprint)s, %(plan_fingerprint)s, %(schema_fingerprint)s,
  %(rows_per_segment)s, %(empty_tables)s, %(system_identifier)s, d.oid, %(versions)s::jsonb
FROM pg_catalog.pg_database AS d
WHERE d.datname = pg_catalog.current_database()
RETURNING started_at;
