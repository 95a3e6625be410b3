-- One row for each of the tables that exists in schema public.
SELECT
  c.relname::text AS "table",
  c.relkind::text AS kind,
  pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE')
    AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AS may_select,
  pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE')
    AND pg_catalog.has_table_privilege(c.oid, 'INSERT') AS may_insert,
  pg_catalog.row_security_active(c.oid) AS rows_hidden,
  ARRAY(
    SELECT a.attname::text || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod)
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
  ) AS columns,
  ARRAY(
    SELECT a.attname::text FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND (a.attgenerated <> '' OR a.attidentity <> '')
    ORDER BY a.attnum
  ) AS generated,
  ARRAY(
    SELECT (
      SELECT pg_catalog.string_agg(a.attname::text, ', ' ORDER BY place.position)
      FROM pg_catalog.unnest(i.indkey::smallint[]) WITH ORDINALITY AS place (number, position)
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = place.number
      WHERE place.position <= i.indnkeyatts
    ) || CASE WHEN i.indpred IS NULL THEN '' ELSE ' WHERE' END
    FROM pg_catalog.pg_index AS i
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indexprs IS NULL
    ORDER BY 1
  ) AS keys,
  ARRAY(
    SELECT a.attname::text || ' ' || k.confrelid::pg_catalog.regclass::text
    FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
    WHERE k.conrelid = c.oid AND k.contype = 'f' AND pg_catalog.cardinality(k.conkey) = 1
      -- Its trigger does the work: that may be switched off, or not be there (NOT ENFORCED).
      AND EXISTS (
        SELECT FROM pg_catalog.pg_trigger AS t
        WHERE t.tgconstraint = k.oid AND t.tgrelid = c.oid AND t.tgenabled IN ('O', 'A') AND (t.tgtype & 4) <> 0
      )
    ORDER BY 1
  ) AS links,
  ARRAY(
    SELECT t.tgname::text FROM pg_catalog.pg_trigger AS t
    WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND (t.tgtype & 4) <> 0
    ORDER BY t.tgname
  ) AS triggers,
  ARRAY(
    SELECT r.rulename::text FROM pg_catalog.pg_rewrite AS r
    WHERE r.ev_class = c.oid AND r.ev_type = '3' AND r.ev_enabled IN ('O', 'A')
    ORDER BY r.rulename
  ) AS rules,
  ARRAY(
    SELECT pg_catalog.pg_get_constraintdef(k.oid) FROM pg_catalog.pg_constraint AS k
    WHERE k.conrelid = c.oid
    ORDER BY k.conname
  ) || ARRAY(
    SELECT pg_catalog.pg_get_indexdef(i.indexrelid) FROM pg_catalog.pg_index AS i
    WHERE i.indrelid = c.oid AND i.indisunique
    ORDER BY i.indexrelid::regclass::text
  ) || ARRAY(
    SELECT a.attname::text FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull
    ORDER BY a.attname
  ) || ARRAY(
    SELECT pg_catalog.pg_get_triggerdef(t.oid) FROM pg_catalog.pg_trigger AS t
    WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D'
    ORDER BY t.tgname
  ) AS rules_of_rows
FROM pg_catalog.pg_class AS c
WHERE c.relnamespace = pg_catalog.to_regnamespace('public') AND c.relname = ANY (%(tables)s)
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f');
