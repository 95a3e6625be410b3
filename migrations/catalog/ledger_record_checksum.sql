-- A row that is left over from a migration that was taken out of the ledger by hand says nothing any more.
INSERT INTO supabase_migrations.parity_checksums (version, sha256)
VALUES (%(version)s, %(sha256)s)
ON CONFLICT (version) DO UPDATE SET sha256 = excluded.sha256, recorded_at = now();
