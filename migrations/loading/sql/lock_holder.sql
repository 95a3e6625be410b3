-- The session that holds an advisory lock of one 64-bit key in this database.
SELECT a.pid, a.backend_start, a.application_name, host(a.client_addr) AS client
FROM pg_catalog.pg_locks AS l
JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
  AND l.classid = (%(key)s::bigint >> 32)::oid AND l.objid = (%(key)s::bigint & 4294967295)::oid
ORDER BY a.backend_start
LIMIT 1;
