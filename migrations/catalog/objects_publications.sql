-- Who listens to a publication gets the rows of its tables, whatever the privileges of the tables are.
SELECT
  'publication' AS kind,
  c.oid::regclass::text AS relation,
  pg_catalog.quote_ident(p.pubname) AS name,
  '{}'::jsonb AS aspects,
  '{}'::text[] AS parts,
  NULL::text AS made_by
FROM pg_catalog.pg_publication_tables AS p
JOIN pg_catalog.pg_class AS c ON c.relname = p.tablename
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = p.schemaname
WHERE c.relnamespace = %(namespace)s::oid
ORDER BY 2, 3;
