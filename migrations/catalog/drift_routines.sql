-- All functions and procedures that somebody wrote for this database, in whatever schema. A trigger function cannot be
-- called, and what belongs to an extension knows nothing of our tables.
SELECT
  p.oid::regprocedure::text AS object,
  p.pronamespace = %(namespace)s::oid AS in_schema,
  p.proname AS name,
  p.prosecdef AS security_definer,
  coalesce(pg_catalog.pg_get_function_result(p.oid), '') AS result,
  coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) AS source,
  ARRAY(
    SELECT coalesce(r.rolname, 'PUBLIC')
    FROM pg_catalog.unnest(ARRAY[0::oid] || ARRAY(
      SELECT oid FROM pg_catalog.pg_roles WHERE rolname = ANY (%(outsiders)s::text[])
    )) AS outsider (id)
    LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = outsider.id
    WHERE pg_catalog.has_function_privilege(outsider.id, p.oid, 'EXECUTE')
      AND pg_catalog.has_schema_privilege(outsider.id, p.pronamespace, 'USAGE')
    ORDER BY 1
  ) AS admitted
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.prokind IN ('f', 'p')
  AND p.prorettype NOT IN ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'extensions')
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
  )
ORDER BY 1;
