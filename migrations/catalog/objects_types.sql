-- Enums and domains; each table has a type, too, which follows from it.
SELECT
  CASE t.typtype WHEN 'e' THEN 'enum' ELSE 'domain' END AS kind,
  t.oid::regtype::text AS relation,
  pg_catalog.quote_ident(t.typname) AS name,
  pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'values', CASE WHEN t.typtype = 'e' THEN (
      SELECT pg_catalog.string_agg(pg_catalog.quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
      FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = t.oid
    ) END,
    'type', CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END,
    'NULL', CASE WHEN t.typtype = 'd' THEN CASE WHEN t.typnotnull THEN 'refused' ELSE 'accepted' END END,
    'default', t.typdefault,
    'checks', (
      SELECT pg_catalog.string_agg(pg_catalog.pg_get_constraintdef(k.oid), ', ' ORDER BY k.conname)
      FROM pg_catalog.pg_constraint AS k WHERE k.contypid = t.oid AND k.contype = 'c'
    )
  )) AS aspects,
  '{}'::text[] AS parts,
  NULL::text AS made_by
FROM pg_catalog.pg_type AS t
WHERE t.typnamespace = %(namespace)s::oid
  AND t.typtype IN ('e', 'd')
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
  )
ORDER BY t.typname;
