SELECT
  rolname AS name,
  rolbypassrls OR rolsuper AS bypasses_row_security,
  pg_catalog.has_schema_privilege(oid, %(namespace)s::oid, 'USAGE') AS uses_schema
FROM pg_catalog.pg_roles
WHERE rolname = ANY (%(roles)s::text[])
ORDER BY rolname;
