-- The foreign keys to a table, also those of tables that are not ours: a row that they name must not go.
SELECT
  n.nspname::text AS "schema",
  c.relname::text AS "table",
  k.conname::text AS name,
  ARRAY(
    SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS place (number, position)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = place.number
    ORDER BY place.position
  ) AS columns,
  ARRAY(
    SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS place (number, position)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = place.number
    ORDER BY place.position
  ) AS referenced
FROM pg_catalog.pg_constraint AS k
JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.confrelid = pg_catalog.to_regclass(%(table)s) AND k.conparentid = 0
ORDER BY 1, 2, 3
