-- The parse trees of the views of a schema: they know which column of a view is which column of a table.
SELECT c.oid::bigint AS id, w.ev_action::text AS tree
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = c.oid AND w.rulename = '_RETURN'
WHERE n.nspname = %(schema)s AND c.relkind IN ('v', 'm')
ORDER BY c.oid;
