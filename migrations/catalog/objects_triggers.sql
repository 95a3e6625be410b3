-- With when it fires, and the function that it calls: name, language and source.
SELECT
  'trigger' AS kind,
  c.oid::regclass::text AS relation,
  pg_catalog.quote_ident(t.tgname) AS name,
  pg_catalog.jsonb_build_object(
    'definition', pg_catalog.pg_get_triggerdef(t.oid),
    'state', CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'enabled for replicas only' ELSE 'enabled' END
  ) AS aspects,
  ARRAY[
    CASE
      WHEN t.tgtype::integer & 64 <> 0 THEN 'INSTEAD OF'
      WHEN t.tgtype::integer & 2 <> 0 THEN 'BEFORE'
      ELSE 'AFTER'
    END,
    n.nspname || '.' || p.proname,
    l.lanname,
    p.prosrc
  ]::text[] AS parts,
  NULL::text AS made_by
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_trigger AS t ON t.tgrelid = c.oid AND NOT t.tgisinternal
JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
WHERE c.relnamespace = %(namespace)s::oid
ORDER BY c.relname, t.tgname;
