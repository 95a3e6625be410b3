-- A key is compared with its index, too: a unique index of the same name refuses the same rows.
SELECT
  'constraint' AS kind,
  c.oid::regclass::text AS relation,
  pg_catalog.quote_ident(k.conname) AS name,
  pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'definition', pg_catalog.pg_get_constraintdef(k.oid),
    'index', CASE WHEN k.contype IN ('p', 'u', 'x') THEN
      pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef(k.conindid), ' WITH \([^)]*\)', '')
    END,
    'state', CASE
      WHEN x.indexrelid IS NOT NULL AND NOT (x.indisvalid AND x.indisready AND x.indislive) THEN 'an invalid index'
      WHEN EXISTS (
        SELECT FROM pg_catalog.pg_trigger AS t WHERE t.tgconstraint = k.oid AND t.tgenabled NOT IN ('O', 'A')
      ) THEN 'switched off'
      ELSE 'enforced'
    END
  )) AS aspects,
  ARRAY(
    SELECT a.attname::text
    FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS key (attnum, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = key.attnum
    ORDER BY key.place
  ) AS parts,
  NULL::text AS made_by
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_constraint AS k ON k.conrelid = c.oid AND k.contype IN ('c', 'f', 'p', 'u', 'x')
LEFT JOIN pg_catalog.pg_index AS x ON x.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
WHERE c.relnamespace = %(namespace)s::oid AND c.relkind IN ('r', 'p', 'f')
ORDER BY c.relname, k.conname;
