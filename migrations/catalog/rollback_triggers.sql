-- What else would happen when a row of the tables is deleted.
SELECT c.relname::text AS "table", 'trigger ' || t.tgname AS name
FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
WHERE c.relnamespace = pg_catalog.to_regnamespace('public') AND c.relname = ANY (%(tables)s)
  AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND (t.tgtype & 8) <> 0
UNION ALL
SELECT c.relname::text, 'rule ' || r.rulename
FROM pg_catalog.pg_rewrite AS r
JOIN pg_catalog.pg_class AS c ON c.oid = r.ev_class
WHERE c.relnamespace = pg_catalog.to_regnamespace('public') AND c.relname = ANY (%(tables)s)
  AND r.ev_type = '4' AND r.ev_enabled <> 'D'
ORDER BY 1, 2
