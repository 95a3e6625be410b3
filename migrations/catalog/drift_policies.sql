-- Policies that let somebody in, and which of the outsiders they admit: by name, through PUBLIC or as a member.
SELECT
  c.relname AS table,
  p.polname AS name,
  ARRAY(
    SELECT r.rolname::text FROM pg_catalog.pg_roles AS r
    WHERE r.rolname = ANY (%(outsiders)s::text[])
      AND EXISTS (
        SELECT FROM pg_catalog.unnest(p.polroles) AS named (id)
        WHERE named.id = 0 OR pg_catalog.pg_has_role(r.oid, named.id, 'MEMBER')
      )
    ORDER BY r.rolname
  ) AS admitted,
  pg_catalog.concat_ws(
    ' and ',
    'USING (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')',
    'WITH CHECK (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')'
  ) AS condition
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_policy AS p ON p.polrelid = c.oid AND p.polpermissive
WHERE c.relnamespace = %(namespace)s::oid
  AND c.relname = ANY (%(tables)s::text[])
ORDER BY c.relname, p.polname;
