-- What PostgREST can serve of a schema. Bits of pg_relation_is_updatable: 4 is UPDATE, 8 is INSERT; triggers count.
SELECT
  c.oid::bigint AS id,
  c.relname AS name,
  c.relkind IN ('v', 'm') AS is_view,
  c.relkind = 'v' AND pg_catalog.pg_relation_is_updatable(c.oid, true) & 8 = 8 AS insertable,
  c.relkind = 'v' AND pg_catalog.pg_relation_is_updatable(c.oid, true) & 4 = 4 AS updatable
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
ORDER BY c.oid;
