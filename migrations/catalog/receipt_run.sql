-- A run with the sums over its segments, as the receipt states them.
SELECT
  r.run_id::text AS run_id, r.state, r.started_at, r.ended_at, r.source, r.source_fingerprint,
  r.plan_fingerprint, r.schema_fingerprint, r.system_identifier, r.database_oid::bigint AS database_oid,
  r.versions
FROM parity_migration.runs AS r
WHERE r.run_id = %(run_id)s::uuid
