-- Relations through which somebody else reads or writes the tables: views and materialized views work with the rights
-- of their owner, parents and partitions have privileges and policies of their own.
--   by_owner: false behind a view with security_invoker, which asks for the rights of its caller; a materialized view
--   is filled by its owner all the same
--   admitted: the outsiders that may use it, PUBLIC for everybody
WITH RECURSIVE edge (source, relation, kind, invoker) AS (
  SELECT d.refobjid, v.oid, v.relkind, coalesce((
    SELECT option_value::boolean FROM pg_catalog.pg_options_to_table(v.reloptions)
    WHERE option_name = 'security_invoker'
  ), false)
  FROM pg_catalog.pg_depend AS d
  JOIN pg_catalog.pg_rewrite AS r ON r.oid = d.objid
  JOIN pg_catalog.pg_class AS v ON v.oid = r.ev_class AND v.oid <> d.refobjid AND v.relkind IN ('v', 'm')
  WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.classid = 'pg_catalog.pg_rewrite'::regclass
  UNION ALL
  SELECT i.inhrelid, i.inhparent, p.relkind, false
  FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS p ON p.oid = i.inhparent
  UNION ALL
  SELECT i.inhparent, i.inhrelid, c.relkind, false
  FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid AND c.relispartition
), exposing (relation, by_owner) AS (
  SELECT c.oid, true FROM pg_catalog.pg_class AS c
  WHERE c.relnamespace = %(namespace)s::oid
    AND c.relname = ANY (%(tables)s::text[])
    AND c.relkind IN ('r', 'p')
  UNION
  SELECT edge.relation, edge.kind = 'm' OR (e.by_owner AND NOT edge.invoker)
  FROM exposing AS e JOIN edge ON edge.source = e.relation
)
SELECT
  c.oid::regclass::text AS object,
  c.relname AS name,
  c.relkind::text AS kind,
  pg_catalog.bool_or(e.by_owner) AS by_owner,
  ARRAY(
    SELECT coalesce(r.rolname, 'PUBLIC')
    FROM pg_catalog.unnest(ARRAY[0::oid] || ARRAY(
      SELECT oid FROM pg_catalog.pg_roles WHERE rolname = ANY (%(outsiders)s::text[])
    )) AS outsider (id)
    LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = outsider.id
    WHERE pg_catalog.has_table_privilege(outsider.id, c.oid, 'SELECT,INSERT,UPDATE,DELETE')
      OR pg_catalog.has_any_column_privilege(outsider.id, c.oid, 'SELECT,INSERT,UPDATE')
    ORDER BY 1
  ) AS admitted
FROM exposing AS e
JOIN pg_catalog.pg_class AS c ON c.oid = e.relation
WHERE NOT (
  c.relnamespace = %(namespace)s::oid AND c.relname = ANY (%(tables)s::text[]) AND c.relkind IN ('r', 'p')
)
GROUP BY c.oid, c.relname, c.relkind
ORDER BY 1;
