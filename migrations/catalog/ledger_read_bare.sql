-- A ledger that only other tools wrote to: old ones know nothing but versions.
SELECT
  migration.version,
  pg_catalog.to_jsonb(migration) ->> 'name' AS name,
  CASE WHEN pg_catalog.jsonb_typeof(pg_catalog.to_jsonb(migration) -> 'statements') = 'array' THEN ARRAY(
    SELECT pg_catalog.jsonb_array_elements_text(pg_catalog.to_jsonb(migration) -> 'statements')
  ) END AS statements,
  NULL::text AS sha256
FROM supabase_migrations.schema_migrations AS migration
ORDER BY migration.version;
