-- The columns of all tables and views of the schema public, with their types.
SELECT c.relname, a.attname, format_type(a.atttypid, NULL)
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::pg_catalog.regnamespace
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND a.attnum > 0
  AND NOT a.attisdropped
  AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY c.relname, a.attnum
