-- Supabase's roles. "is_member_of": which of the roles that own or serve our tables it may become; "becomes": which of
-- the roles of the API.
WITH mighty (id) AS (
  SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = %(server)s
  UNION
  SELECT c.relowner FROM pg_catalog.pg_class AS c
  WHERE c.relnamespace = %(namespace)s::oid AND c.relname = ANY (%(tables)s::text[]) AND c.relkind IN ('r', 'p')
)
SELECT
  r.rolname AS name,
  r.rolsuper AS is_superuser,
  r.rolbypassrls OR r.rolsuper AS bypasses_row_security,
  r.rolcanlogin AS logs_in,
  pg_catalog.has_schema_privilege(r.oid, %(namespace)s::oid, 'USAGE') AS uses_schema,
  ARRAY(
    SELECT m.rolname::text FROM mighty JOIN pg_catalog.pg_roles AS m ON m.oid = mighty.id
    WHERE m.oid <> r.oid AND NOT r.rolsuper AND pg_catalog.pg_has_role(r.oid, m.oid, 'MEMBER')
    ORDER BY 1
  ) AS is_member_of,
  ARRAY(
    SELECT m.rolname::text FROM pg_catalog.pg_roles AS m
    WHERE m.rolname = ANY (%(roles)s::text[]) AND pg_catalog.pg_has_role(r.oid, m.oid, 'MEMBER')
    ORDER BY 1
  ) AS becomes
FROM pg_catalog.pg_roles AS r
WHERE r.rolname = ANY (%(roles)s::text[]) OR r.rolname = %(login)s
ORDER BY r.rolname;
