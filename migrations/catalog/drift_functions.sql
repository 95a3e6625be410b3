-- All functions of the schema: the required ones, and those that they call.
SELECT
  p.proname AS name,
  ARRAY(
    SELECT pg_catalog.concat_ws(' ', p.proargnames[place], pg_catalog.format_type(kind, NULL))
    FROM pg_catalog.unnest(p.proargtypes::oid[]) WITH ORDINALITY AS argument (kind, place)
    ORDER BY place
  ) AS arguments,
  p.pronargdefaults::integer AS optional,
  pg_catalog.pg_get_function_result(p.oid) AS result,
  p.prosecdef AS security_definer,
  coalesce(p.proconfig::text[], '{}') AS settings,
  coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) AS source,
  ARRAY(
    SELECT coalesce(r.rolname, 'PUBLIC')
    FROM pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) AS entry
    LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = entry.grantee
    WHERE entry.privilege_type = 'EXECUTE'
    ORDER BY 1
  ) AS executable_by,
  ARRAY(
    SELECT r.rolname::text FROM pg_catalog.pg_roles AS r
    WHERE r.rolname = ANY (%(roles)s::text[]) AND pg_catalog.has_function_privilege(r.oid, p.oid, 'EXECUTE')
    ORDER BY 1
  ) AS effectively_executable_by
FROM pg_catalog.pg_proc AS p
WHERE p.pronamespace = %(namespace)s::oid AND p.prokind = 'f'
ORDER BY p.proname, p.oid;
