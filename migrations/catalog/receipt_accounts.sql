SELECT table_name AS "table", sum(rows_read)::bigint AS read, sum(inserted)::bigint AS inserted,
  sum(identical)::bigint AS identical, sum(quarantined)::bigint AS quarantined
FROM parity_migration.segments
WHERE run_id = %(run_id)s::uuid
GROUP BY table_name
