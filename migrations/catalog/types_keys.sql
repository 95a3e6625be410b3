-- Foreign keys of a schema. A partition's own copies do not count. One to one means: these columns, and no others, are
-- the columns of a primary key or of a UNIQUE constraint.
SELECT
  k.conname AS name,
  k.conrelid::bigint AS relation,
  k.confrelid::bigint AS referenced,
  k.conkey::integer[] AS columns,
  k.confkey::integer[] AS referenced_columns,
  EXISTS (
    SELECT FROM pg_catalog.pg_constraint AS u
    WHERE u.conrelid = k.conrelid AND u.connamespace = k.connamespace AND u.contype IN ('p', 'u')
      AND k.conkey = ARRAY(SELECT number FROM pg_catalog.unnest(u.conkey) AS number ORDER BY number)
  ) AS one_to_one
FROM pg_catalog.pg_constraint AS k
JOIN pg_catalog.pg_namespace AS n ON n.oid = k.connamespace
WHERE n.nspname = %(schema)s AND k.contype = 'f' AND k.conparentid = 0
ORDER BY k.oid;
