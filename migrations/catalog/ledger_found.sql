SELECT pg_catalog.to_regclass('supabase_migrations.schema_migrations') IS NOT NULL,
       pg_catalog.to_regclass('supabase_migrations.parity_checksums') IS NOT NULL;
