-- The tables of the schema public of which row level security would show this role only a part.
SELECT c.relname
FROM pg_catalog.pg_class AS c
WHERE c.relnamespace = 'public'::pg_catalog.regnamespace
  AND c.relkind IN ('r', 'p')
  AND pg_catalog.row_security_active(c.oid)
