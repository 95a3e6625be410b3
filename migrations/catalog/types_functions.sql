-- Functions, not procedures or aggregates; triggers cannot be called. Modes as in pg_proc.proargmodes: i, o, b, v, t.
SELECT
  p.oid::bigint AS id,
  p.proname AS name,
  coalesce(
    p.proargmodes::text[], pg_catalog.array_fill('i'::text, ARRAY[pg_catalog.cardinality(p.proargtypes::oid[])])
  ) AS modes,
  coalesce(
    p.proargnames,
    pg_catalog.array_fill(
      ''::text, ARRAY[pg_catalog.cardinality(coalesce(p.proallargtypes, p.proargtypes::oid[]))]
    )
  ) AS names,
  coalesce(p.proallargtypes, p.proargtypes::oid[])::bigint[] AS types,
  p.pronargdefaults::integer AS optional,
  pg_catalog.pg_get_function_arguments(p.oid) AS printed_arguments,
  pg_catalog.pg_get_function_identity_arguments(p.oid) AS identity,
  pg_catalog.pg_get_function_result(p.oid) AS printed_result,
  p.prorettype::bigint AS result,
  p.proretset AS returns_set,
  CASE WHEN p.proretset THEN p.prorows ELSE 0 END::double precision AS rows
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = %(schema)s
  AND p.prokind = 'f'
  AND p.prorettype NOT IN ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
ORDER BY p.oid;
