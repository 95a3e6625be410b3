-- What could make a reader of the six tables see less than all: other kinds of relations, row level security, rights.
SELECT
  wanted.name,
  relation.relkind,
  relation.oid IS NOT NULL AND pg_catalog.row_security_active(relation.oid),
  relation.oid IS NOT NULL AND pg_catalog.has_table_privilege(relation.oid, 'SELECT'),
  EXISTS (
    SELECT
    FROM pg_catalog.pg_index AS index
    JOIN pg_catalog.pg_attribute AS attribute
      ON attribute.attrelid = index.indrelid AND attribute.attnum = index.indkey[0]
    WHERE index.indrelid = relation.oid
      AND index.indisunique AND index.indisvalid AND index.indnkeyatts = 1
      AND index.indpred IS NULL AND index.indexprs IS NULL
      AND attribute.attname = 'id' AND attribute.attnotnull
  )
FROM pg_catalog.unnest(%s::text[]) AS wanted (name)
LEFT JOIN pg_catalog.pg_class AS relation
  ON relation.relnamespace = pg_catalog.to_regnamespace('public') AND relation.relname = wanted.name
