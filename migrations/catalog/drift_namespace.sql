-- Found by name, not cast: a missing schema is reported, not an error. Temporary tables are in a schema of their own.
SELECT (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'public') AS live,
       pg_catalog.pg_my_temp_schema() AS expected;
