SELECT
  'trigger' AS kind,
  c.oid::regclass::text AS relation,
  pg_catalog.quote_ident(t.tgname) AS name,
  pg_catalog.jsonb_build_object(
    'definition', pg_catalog.pg_get_triggerdef(t.oid),
    'state', CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'enabled for replicas only' ELSE 'enabled' END
  ) AS aspects,
  '{}'::text[] AS parts,
  NULL::text AS made_by
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_trigger AS t ON t.tgrelid = c.oid AND NOT t.tgisinternal
WHERE c.relnamespace = %(namespace)s::oid
ORDER BY c.relname, t.tgname;
