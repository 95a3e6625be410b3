-- Relations under the names of the scheduler's tables, whatever kind they are.
SELECT
  c.relname AS name,
  c.relkind::text AS kind,
  c.relpersistence::text AS persistence,
  c.relrowsecurity AS row_security,
  pg_catalog.pg_get_userbyid(c.relowner)::text AS owner,
  ARRAY(
    SELECT r.rulename::text FROM pg_catalog.pg_rewrite AS r
    WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN'
    ORDER BY r.rulename
  ) AS rules
FROM pg_catalog.pg_class AS c
WHERE c.relnamespace = %(namespace)s::oid
  AND c.relname = ANY (%(tables)s::text[])
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY c.relname;
