-- The conditions that hold for one column each, on all rows: they may say that a text is one of a few.
SELECT k.conrelid::bigint AS relation, a.attname AS column, pg_catalog.pg_get_constraintdef(k.oid) AS definition
FROM pg_catalog.pg_constraint AS k
JOIN pg_catalog.pg_namespace AS n ON n.oid = k.connamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
WHERE n.nspname = %(schema)s AND k.contype = 'c' AND k.convalidated AND pg_catalog.cardinality(k.conkey) = 1
ORDER BY k.oid;
