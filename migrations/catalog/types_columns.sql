-- Assigned: generated, or an identity that no client may choose. A domain is its base type, one level deep. A view whose triggers or rules take rows takes all of their columns
-- (bits of tgtype: 64 is INSTEAD OF, 4 INSERT, 16 UPDATE; ev_type: 2 is UPDATE, 3 INSERT).
SELECT
  a.attrelid::bigint AS relation,
  a.attname AS name,
  coalesce(base.oid, t.oid)::bigint AS type,
  NOT (a.attnotnull OR (t.typtype = 'd' AND t.typnotnull)) AS nullable,
  a.atthasdef OR a.attidentity <> '' AS has_default,
  a.attidentity = 'a' OR a.attgenerated <> '' AS assigned,
  a.attgenerated <> '' AS generated,
  c.relkind IN ('r', 'p')
    OR pg_catalog.pg_column_is_updatable(c.oid, a.attnum, false)
    OR EXISTS (
      SELECT FROM pg_catalog.pg_trigger AS g
      WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgtype & 64 <> 0 AND g.tgtype & 20 <> 0
    )
    OR EXISTS (
      SELECT FROM pg_catalog.pg_rewrite AS w
      WHERE w.ev_class = c.oid AND w.is_instead AND w.ev_type IN ('2', '3') AND w.ev_qual::text = '<>'
    ) AS writable
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type AS base ON t.typtype = 'd' AND base.oid = t.typbasetype
WHERE n.nspname = %(schema)s AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
ORDER BY a.attrelid, a.attnum;
