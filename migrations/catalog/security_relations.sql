-- Tables and views of the exposed schemas, and whether row security stands between each of them and an outsider.
--   unguarded: the outsiders that no row security stops; a view is guarded, or not, by what it reads
--   closed: the outsiders to which row security shows nothing, for want of a permissive policy
--   conditional: the outsiders that may store rows only if a policy finds something in them
--   changing, deleting: the outsiders that may do so with all rows, or with those that a policy admits; a request
--     without a condition needs no more, also where nothing may be read
SELECT
  n.nspname::text AS schema,
  c.relname::text AS name,
  c.relkind::text AS kind,
  EXISTS (
    SELECT FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND k.conkey = ARRAY[a.attnum]
    WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attname = 'id'
  ) AS has_key,
  ARRAY(
    SELECT a.attname::text FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
  ) AS columns,
  ARRAY(
    SELECT r.rolname::text FROM pg_catalog.pg_roles AS r
    WHERE r.rolname = ANY (%(outsiders)s::text[]) AND c.relkind <> 'v' AND NOT guarded.by_rows
      OR r.rolname = ANY (%(outsiders)s::text[]) AND c.relkind <> 'v' AND (r.rolbypassrls OR r.rolsuper)
    ORDER BY 1
  ) AS unguarded,
  ARRAY(
    SELECT r.rolname::text FROM pg_catalog.pg_roles AS r
    WHERE r.rolname = ANY (%(outsiders)s::text[]) AND guarded.by_rows AND NOT (r.rolbypassrls OR r.rolsuper)
      AND NOT pg_catalog.pg_has_role(r.oid, c.relowner, 'USAGE')
      AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_policy AS p, pg_catalog.unnest(p.polroles) AS admitted (role)
        WHERE p.polrelid = c.oid AND p.polpermissive
          AND (admitted.role = 0 OR pg_catalog.pg_has_role(r.oid, admitted.role, 'USAGE'))
      )
    ORDER BY 1
  ) AS closed,
  ARRAY(
    SELECT r.rolname::text FROM pg_catalog.pg_roles AS r
    WHERE r.rolname = ANY (%(outsiders)s::text[]) AND guarded.by_rows AND NOT (r.rolbypassrls OR r.rolsuper)
      AND NOT pg_catalog.pg_has_role(r.oid, c.relowner, 'USAGE')
      AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_policy AS p, pg_catalog.unnest(p.polroles) AS admitted (role)
        WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('*', 'a')
          AND (admitted.role = 0 OR pg_catalog.pg_has_role(r.oid, admitted.role, 'USAGE'))
          AND coalesce(pg_catalog.pg_get_expr(coalesce(p.polwithcheck, p.polqual), c.oid), 'true') = 'true'
      )
    ORDER BY 1
  ) AS conditional,
  ARRAY(
    SELECT r.rolname::text FROM pg_catalog.pg_roles AS r
    WHERE r.rolname = ANY (%(outsiders)s::text[]) AND c.relkind IN ('r', 'p')
      AND pg_catalog.has_any_column_privilege(r.oid, c.oid, 'UPDATE')
      AND (NOT guarded.by_rows OR r.rolbypassrls OR EXISTS (
        SELECT FROM pg_catalog.pg_policy AS p, pg_catalog.unnest(p.polroles) AS admitted (role)
        WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('*', 'w')
          AND (admitted.role = 0 OR pg_catalog.pg_has_role(r.oid, admitted.role, 'USAGE'))
      ))
    ORDER BY 1
  ) AS changing,
  ARRAY(
    SELECT r.rolname::text FROM pg_catalog.pg_roles AS r
    WHERE r.rolname = ANY (%(outsiders)s::text[]) AND c.relkind IN ('r', 'p')
      AND pg_catalog.has_table_privilege(r.oid, c.oid, 'DELETE')
      AND (NOT guarded.by_rows OR r.rolbypassrls OR EXISTS (
        SELECT FROM pg_catalog.pg_policy AS p, pg_catalog.unnest(p.polroles) AS admitted (role)
        WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('*', 'd')
          AND (admitted.role = 0 OR pg_catalog.pg_has_role(r.oid, admitted.role, 'USAGE'))
      ))
    ORDER BY 1
  ) AS deleting,
  c.relispartition AS is_partition
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT c.relkind IN ('r', 'p') AND c.relrowsecurity AS by_rows) AS guarded
WHERE n.nspname = ANY (%(schemas)s::text[])
  AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
  )
ORDER BY 1, 2;
