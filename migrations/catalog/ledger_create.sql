-- The ledger of Supabase's own CLI, column for column, and beside it the checksums that the CLI does not keep.
-- No foreign key between them: `supabase migration repair` deletes rows of the ledger.
CREATE SCHEMA IF NOT EXISTS supabase_migrations;
CREATE TABLE IF NOT EXISTS supabase_migrations.schema_migrations (version text NOT NULL PRIMARY KEY);
ALTER TABLE supabase_migrations.schema_migrations ADD COLUMN IF NOT EXISTS statements text[];
ALTER TABLE supabase_migrations.schema_migrations ADD COLUMN IF NOT EXISTS name text;
CREATE TABLE IF NOT EXISTS supabase_migrations.parity_checksums (
  version text NOT NULL PRIMARY KEY,
  sha256 text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
