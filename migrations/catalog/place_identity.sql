-- Which database this is, as any role may see it: the running server, and the database's number in it.
SELECT pg_catalog.pg_postmaster_start_time(), d.oid
FROM pg_catalog.pg_database AS d
WHERE d.datname = pg_catalog.current_database()
