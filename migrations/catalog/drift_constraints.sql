-- CHECK, FOREIGN KEY and EXCLUDE constraints. Unique keys are read as indexes, which some of them only are.
SELECT
  c.relname AS table,
  k.conname AS name,
  k.contype::text AS type,
  pg_catalog.pg_get_constraintdef(k.oid) AS definition,
  pg_catalog.pg_get_expr(k.conbin, k.conrelid) AS expression,
  k.convalidated AS validated,
  ARRAY(
    SELECT a.attname::text
    FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS key (attnum, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = key.attnum
    ORDER BY key.place
  ) AS columns,
  -- ALTER TABLE … DISABLE TRIGGER ALL switches the enforcement of foreign keys off, on either side.
  NOT EXISTS (
    SELECT FROM pg_catalog.pg_trigger AS t WHERE t.tgconstraint = k.oid AND t.tgenabled NOT IN ('O', 'A')
  ) AS enforced
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_constraint AS k ON k.conrelid = c.oid AND k.contype IN ('c', 'f', 'x')
WHERE c.relnamespace = %(namespace)s::oid
  AND c.relname = ANY (%(tables)s::text[])
  AND c.relkind IN ('r', 'p')
ORDER BY c.relname, k.conname;
