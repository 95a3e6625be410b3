SELECT
  c.relname AS table,
  a.attname AS name,
  pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
  a.attnotnull AS not_null,
  -- Two names of one moment, the start of the transaction.
  pg_catalog.regexp_replace(
    pg_catalog.pg_get_expr(d.adbin, d.adrelid), '^(CURRENT_TIMESTAMP|transaction_timestamp\(\))$', 'now()'
  ) AS default,
  CASE
    WHEN a.attidentity <> '' THEN 'identity'
    WHEN a.attgenerated <> '' THEN 'generated'
    WHEN NOT l.collisdeterministic THEN 'collation ' || l.collname
  END AS special
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
WHERE c.relnamespace = %(namespace)s::oid
  AND c.relname = ANY (%(tables)s::text[])
  AND c.relkind IN ('r', 'p')
ORDER BY c.relname, a.attnum;
