-- What belongs to an extension is the extension's. Costs and row estimates are left out: they only tune.
SELECT
  'function' AS kind,
  p.oid::regprocedure::text AS relation,
  pg_catalog.quote_ident(p.proname) AS name,
  pg_catalog.jsonb_build_object(
    'kind', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
    'arguments', pg_catalog.pg_get_function_arguments(p.oid),
    'result', coalesce(pg_catalog.pg_get_function_result(p.oid), 'none'),
    'language', l.lanname,
    'volatility', CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
    'NULL arguments', CASE WHEN p.proisstrict THEN 'RETURNS NULL ON NULL INPUT' ELSE 'CALLED ON NULL INPUT' END,
    'security', CASE WHEN p.prosecdef THEN 'SECURITY DEFINER' ELSE 'SECURITY INVOKER' END,
    'leaks', CASE WHEN p.proleakproof THEN 'LEAKPROOF' ELSE 'NOT LEAKPROOF' END,
    'settings', coalesce((
      SELECT pg_catalog.string_agg(setting, ', ' ORDER BY setting) FROM pg_catalog.unnest(p.proconfig) AS setting
    ), 'none'),
    'body', coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc)
  ) AS aspects,
  '{}'::text[] AS parts,
  pg_catalog.pg_get_functiondef(p.oid) AS made_by
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
WHERE p.pronamespace = %(namespace)s::oid
  AND p.prokind IN ('f', 'p')
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
  )
ORDER BY p.proname, p.oid;
