SELECT migration.version, migration.name, migration.statements, checksum.sha256
FROM supabase_migrations.schema_migrations AS migration
LEFT JOIN supabase_migrations.parity_checksums AS checksum USING (version)
ORDER BY migration.version;
