INSERT INTO parity_migration.segments (run_id, table_name, number, first_position, rows_read, inserted, identical,
  quarantined, digest, xid, fingerprint)
VALUES (%(run_id)s::uuid, %(table)s, %(number)s, %(first)s, %(read)s, %(inserted)s, %(identical)s,
  %(quarantined)s, %(digest)s, %(xid)s::xid8, %(fingerprint)s);
