SELECT
  c.relname AS table,
  t.tgname AS name,
  t.tgenabled::text AS enabled,
  t.tgtype::integer AS type,
  t.tgattr::text <> '' AS only_some_columns,
  t.tgqual IS NOT NULL AS conditional,
  n.nspname AS function_schema,
  p.proname AS function,
  -- The arguments are stored one after the other, each ended by a zero byte.
  (pg_catalog.string_to_array(pg_catalog.encode(t.tgargs, 'escape'), '\000'))[1:t.tgnargs] AS arguments
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_trigger AS t ON t.tgrelid = c.oid AND NOT t.tgisinternal
JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE c.relnamespace = %(namespace)s::oid
  AND c.relname = ANY (%(tables)s::text[])
ORDER BY c.relname, t.tgname;
