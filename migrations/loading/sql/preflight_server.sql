SELECT
  pg_catalog.pg_is_in_recovery() AS standby,
  pg_catalog.current_setting('default_transaction_read_only') = 'on'
    OR pg_catalog.current_setting('transaction_read_only') = 'on' AS read_only,
  pg_catalog.current_setting('session_replication_role') = 'replica' AS replica,
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMP') AS temporary,
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may_create,
  pg_catalog.to_regclass('parity_migration.quarantine') IS NOT NULL AS has_ledger,
  pg_catalog.to_regnamespace('parity_migration') IS NOT NULL AS has_schema,
  current_user::text AS "role",
  pg_catalog.current_database()::text AS "database",
  pg_catalog.current_setting('server_version') AS version,
  pg_catalog.current_setting('server_encoding') AS encoding,
  pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may_identify;
