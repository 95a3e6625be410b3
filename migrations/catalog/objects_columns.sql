SELECT
  'column' AS kind,
  c.oid::regclass::text AS relation,
  pg_catalog.quote_ident(a.attname) AS name,
  pg_catalog.jsonb_build_object(
    'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
    'NULL', CASE WHEN a.attnotnull THEN 'refused' ELSE 'accepted' END,
    'default', CASE WHEN a.attgenerated = '' THEN coalesce(pg_catalog.regexp_replace(
      -- Two names of one moment, the start of the transaction.
      pg_catalog.pg_get_expr(d.adbin, d.adrelid), '^(CURRENT_TIMESTAMP|transaction_timestamp\(\))$', 'now()'
    ), 'none') ELSE 'none' END,
    'computed', CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) ELSE 'no' END,
    'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' ELSE 'no' END,
    'collation', coalesce(pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(l.collname), 'none'),
    -- Without TOAST, a row that is longer than a page is refused.
    'long values', CASE WHEN a.attstorage = 'p' AND t.typstorage <> 'p' THEN 'refused' ELSE 'accepted' END
  ) AS aspects,
  ARRAY[a.attname::text] AS parts,
  NULL::text AS made_by
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = l.collnamespace
WHERE c.relnamespace = %(namespace)s::oid AND c.relkind IN ('r', 'p', 'f')
ORDER BY c.relname, a.attnum;
