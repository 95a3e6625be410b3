-- Tables and columns that alone are a valid unique key without NULLs.
SELECT c.relname, a.attname
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
WHERE c.relnamespace = 'public'::pg_catalog.regnamespace
  AND c.relkind = 'r'
  AND i.indisunique
  AND i.indisvalid
  AND i.indnkeyatts = 1
  AND i.indpred IS NULL
  AND i.indexprs IS NULL
  AND a.attnotnull
