-- What PostgREST can call in the exposed schemas: no triggers, no procedures, nothing that belongs to an extension.
SELECT
  n.nspname::text AS schema,
  p.proname::text AS name,
  inputs.names,
  inputs.types,
  p.pronargdefaults::integer AS optional,
  p.prosecdef AS security_definer
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
CROSS JOIN LATERAL (
  SELECT
    coalesce(pg_catalog.array_agg(coalesce(argument.name, '') ORDER BY argument.place), '{}') AS names,
    coalesce(
      pg_catalog.array_agg(pg_catalog.format_type(argument.kind, NULL) ORDER BY argument.place), '{}'
    ) AS types
  FROM ROWS FROM (
    pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])),
    pg_catalog.unnest(p.proargnames),
    pg_catalog.unnest(p.proargmodes)
  ) WITH ORDINALITY AS argument (kind, name, mode, place)
  WHERE argument.kind IS NOT NULL AND coalesce(argument.mode, 'i') IN ('i', 'b', 'v')
) AS inputs
WHERE n.nspname = ANY (%(schemas)s::text[])
  AND p.prokind = 'f'
  AND p.prorettype NOT IN ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
  )
ORDER BY 1, 2, p.oid;
