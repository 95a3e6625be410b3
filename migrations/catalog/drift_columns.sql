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
  END AS special,
  (
    SELECT s.oid::regclass::text
    FROM pg_catalog.pg_depend AS needs
    JOIN pg_catalog.pg_class AS s ON s.oid = needs.refobjid AND s.relkind = 'S'
    JOIN pg_catalog.pg_roles AS r ON r.rolname = %(server)s
    WHERE needs.classid = 'pg_catalog.pg_attrdef'::regclass
      AND needs.objid = d.oid
      AND needs.refclassid = 'pg_catalog.pg_class'::regclass
      AND NOT pg_catalog.has_sequence_privilege(r.oid, s.oid, 'USAGE,UPDATE')
    LIMIT 1
  ) AS locked_sequence
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
WHERE c.relnamespace = %(namespace)s::oid
  AND c.relname = ANY (%(tables)s::text[])
  AND c.relkind IN ('r', 'p')
ORDER BY c.relname, a.attnum;
