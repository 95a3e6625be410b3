-- What a new session of this database starts with, by role; NULL stands for all of them. A setting of this database
-- alone is reset otherwise than one of all databases.
SELECT
  r.rolname AS role,
  (SELECT pg_catalog.quote_ident(d.datname) FROM pg_catalog.pg_database AS d WHERE d.oid = s.setdatabase) AS database,
  option.option_name AS name,
  option.option_value AS value
FROM pg_catalog.pg_db_role_setting AS s
LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
CROSS JOIN pg_catalog.pg_options_to_table(s.setconfig) AS option
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
  AND (s.setrole = 0 OR r.rolname = ANY (%(serving)s::text[]))
ORDER BY 1, 3, s.setdatabase;
