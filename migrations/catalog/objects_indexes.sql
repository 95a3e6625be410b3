-- The indexes of keys are read with their constraints.
SELECT
  CASE WHEN x.indisunique THEN 'unique index' ELSE 'index' END AS kind,
  c.oid::regclass::text AS relation,
  pg_catalog.quote_ident(i.relname) AS name,
  pg_catalog.jsonb_build_object(
    -- A fill factor only tunes.
    'definition', pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef(x.indexrelid), ' WITH \([^)]*\)', ''),
    'state', CASE
      WHEN x.indisvalid AND x.indisready AND x.indislive THEN 'valid'
      ELSE 'invalid, left over from a failed build'
    END
  ) AS aspects,
  ARRAY(
    SELECT coalesce(a.attname::text, 'an expression')
    FROM pg_catalog.generate_series(0, x.indnkeyatts - 1) AS place
    LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = x.indkey[place]
    ORDER BY place
  ) AS parts,
  NULL::text AS made_by
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_index AS x ON x.indrelid = c.oid
JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
WHERE c.relnamespace = %(namespace)s::oid
  AND c.relkind IN ('r', 'p', 'm')
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x')
  )
ORDER BY c.relname, i.relname;
