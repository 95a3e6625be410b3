SELECT pg_catalog.to_regclass('parity_migration.quarantine') IS NOT NULL;
