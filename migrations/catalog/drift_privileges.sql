-- What the roles may do with the tables, each in the way in which it got it:
-- 'direct' to the role or to PUBLIC, on the table or on columns; 'effective' is the sum on the table, memberships
-- included; 'columns' is the sum on any of its columns.
WITH relation AS (
  SELECT c.oid, c.relname, c.relowner, c.relacl FROM pg_catalog.pg_class AS c
  WHERE c.relnamespace = %(namespace)s::oid
    AND c.relname = ANY (%(tables)s::text[])
    AND c.relkind IN ('r', 'p')
), acl (relname, entry) AS (
  SELECT relname, pg_catalog.aclexplode(coalesce(relacl, pg_catalog.acldefault('r', relowner))) FROM relation
  UNION ALL
  SELECT relation.relname, pg_catalog.aclexplode(a.attacl)
  FROM relation JOIN pg_catalog.pg_attribute AS a ON a.attrelid = relation.oid AND NOT a.attisdropped
), direct AS (
  SELECT acl.relname, coalesce(r.rolname, 'PUBLIC') AS role, (acl.entry).privilege_type AS privilege
  FROM acl LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = (acl.entry).grantee
  WHERE (acl.entry).grantee = 0 OR r.rolname = ANY (%(roles)s::text[])
), effective AS (
  SELECT relation.relname, r.rolname AS role, privilege
  FROM relation
  JOIN pg_catalog.pg_roles AS r ON r.rolname = ANY (%(roles)s::text[])
  CROSS JOIN pg_catalog.unnest(
    ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']
  ) AS privilege
  WHERE pg_catalog.has_table_privilege(r.oid, relation.oid, privilege)
), columns AS (
  SELECT relation.relname, r.rolname AS role, privilege
  FROM relation
  JOIN pg_catalog.pg_roles AS r ON r.rolname = ANY (%(roles)s::text[])
  CROSS JOIN pg_catalog.unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS privilege
  WHERE pg_catalog.has_any_column_privilege(r.oid, relation.oid, privilege)
)
SELECT relname AS table, role, 'direct' AS way, pg_catalog.array_agg(DISTINCT privilege::text) AS privileges
FROM direct GROUP BY relname, role
UNION ALL
SELECT relname, role, 'effective', pg_catalog.array_agg(DISTINCT privilege) FROM effective GROUP BY relname, role
UNION ALL
SELECT relname, role, 'columns', pg_catalog.array_agg(DISTINCT privilege) FROM columns GROUP BY relname, role
ORDER BY 1, 2, 3;
