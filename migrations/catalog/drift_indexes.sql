SELECT
  c.relname AS table,
  i.relname AS name,
  m.amname AS method,
  x.indisunique AS is_unique,
  x.indisprimary AS is_primary,
  EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))
    AS is_constraint,
  x.indisvalid AND x.indisready AND x.indislive AS valid,
  x.indimmediate AS immediate,
  x.indnullsnotdistinct AS nulls_equal,
  pg_catalog.pg_get_expr(x.indpred, x.indrelid) AS predicate,
  -- NULL stands for an expression.
  ARRAY(
    SELECT a.attname::text
    FROM pg_catalog.generate_series(0, x.indnkeyatts - 1) AS place
    LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = x.indkey[place]
    ORDER BY place
  ) AS columns,
  ARRAY(
    SELECT (x.indoption[place] & 1) = 1 FROM pg_catalog.generate_series(0, x.indnkeyatts - 1) AS place ORDER BY place
  ) AS descending,
  NOT EXISTS (
    SELECT FROM pg_catalog.unnest(x.indclass::oid[]) AS class (id)
    JOIN pg_catalog.pg_opclass AS o ON o.oid = class.id
    WHERE NOT o.opcdefault
  ) AS default_order
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_index AS x ON x.indrelid = c.oid
JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_am AS m ON m.oid = i.relam
WHERE c.relnamespace = %(namespace)s::oid
  AND c.relname = ANY (%(tables)s::text[])
  AND c.relkind IN ('r', 'p')
ORDER BY c.relname, i.relname;
