-- All types of all schemas: a column may have any of them. Only a type that was made with CREATE TYPE … AS has attributes.
SELECT
  t.oid::bigint AS id,
  n.nspname AS schema,
  t.typname AS name,
  pg_catalog.format_type(t.oid, NULL) AS printed,
  CASE WHEN t.typcategory = 'A' THEN nullif(t.typelem, 0)::bigint END AS element,
  nullif(t.typrelid, 0)::bigint AS relation,
  ARRAY(
    SELECT e.enumlabel::text FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder
  ) AS labels,
  ARRAY(
    SELECT a.attname::text FROM pg_catalog.pg_attribute AS a
    WHERE c.relkind = 'c' AND a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
  ) AS attributes,
  ARRAY(
    SELECT a.atttypid::bigint FROM pg_catalog.pg_attribute AS a
    WHERE c.relkind = 'c' AND a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
  ) AS attribute_types
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid
WHERE c.relkind IS NULL OR c.relkind IN ('c', 'r', 'p', 'f', 'v', 'm')
ORDER BY t.oid;
