-- Who and where we are, to tell this database from a copy of it.
SELECT
  pg_catalog.pg_is_in_recovery() AS standby,
  d.oid::bigint AS database_oid,
  pg_catalog.to_regclass('parity_migration.segments') IS NOT NULL AS has_ledger,
  pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may_identify,
  current_user::text AS "role"
FROM pg_catalog.pg_database AS d
WHERE d.datname = pg_catalog.current_database()
