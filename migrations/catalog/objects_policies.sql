SELECT
  'policy' AS kind,
  c.oid::regclass::text AS relation,
  pg_catalog.quote_ident(p.polname) AS name,
  pg_catalog.jsonb_build_object('definition', pg_catalog.concat_ws(
    ' ',
    CASE WHEN p.polpermissive THEN 'AS PERMISSIVE' ELSE 'AS RESTRICTIVE' END,
    'FOR ' || CASE p.polcmd
      WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL'
    END,
    'TO ' || (
      SELECT pg_catalog.string_agg(coalesce(pg_catalog.quote_ident(r.rolname), 'PUBLIC'), ', ' ORDER BY r.rolname)
      FROM pg_catalog.unnest(p.polroles) AS named (id) LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = named.id
    ),
    'USING (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')',
    'WITH CHECK (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')'
  )) AS aspects,
  '{}'::text[] AS parts,
  NULL::text AS made_by
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_policy AS p ON p.polrelid = c.oid
WHERE c.relnamespace = %(namespace)s::oid
ORDER BY c.relname, p.polname;
