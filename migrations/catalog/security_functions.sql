-- What PostgREST can call in the exposed schemas: no triggers, no procedures.
--   refusing: the arguments whose types take no words
--   callable_by: the outsiders that may call it
SELECT
  n.nspname::text AS schema,
  p.proname::text AS name,
  inputs.names,
  inputs.types,
  inputs.refusing,
  p.pronargdefaults::integer AS optional,
  p.prosecdef AS security_definer,
  ARRAY(
    SELECT r.rolname::text FROM pg_catalog.pg_roles AS r
    WHERE r.rolname = ANY (%(outsiders)s::text[]) AND pg_catalog.has_function_privilege(r.oid, p.oid, 'EXECUTE')
    ORDER BY 1
  ) AS callable_by,
  EXISTS (
    SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
  ) AS of_extension
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
CROSS JOIN LATERAL (
  SELECT
    coalesce(pg_catalog.array_agg(coalesce(argument.name, '') ORDER BY argument.place), '{}') AS names,
    coalesce(
      pg_catalog.array_agg(pg_catalog.format_type(argument.kind, NULL) ORDER BY argument.place), '{}'
    ) AS types,
    coalesce(
      pg_catalog.array_agg(
        kind.typcategory IN ('A', 'B', 'C', 'D', 'E', 'G', 'I', 'N', 'R', 'T', 'V')
        OR kind.oid = 'pg_catalog.uuid'::regtype
        ORDER BY argument.place
      ),
      '{}'
    ) AS refusing
  FROM ROWS FROM (
    pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])),
    pg_catalog.unnest(p.proargnames),
    pg_catalog.unnest(p.proargmodes)
  ) WITH ORDINALITY AS argument (kind, name, mode, place)
  JOIN pg_catalog.pg_type AS kind ON kind.oid = argument.kind
  WHERE argument.kind IS NOT NULL AND coalesce(argument.mode, 'i') IN ('i', 'b', 'v')
) AS inputs
WHERE n.nspname = ANY (%(schemas)s::text[])
  AND p.prokind = 'f'
  AND p.prorettype NOT IN ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
ORDER BY 1, 2, p.oid;
