-- What a copy remembers, in the database that it writes to: a checkpoint is in the same transaction as its rows.
CREATE SCHEMA parity_migration;
COMMENT ON SCHEMA parity_migration IS 'Runs of harness migrate copy. Needed to resume and to roll back.';

CREATE TABLE parity_migration.runs (
  run_id uuid NOT NULL PRIMARY KEY,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'finished', 'rolled_back')),
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  source text NOT NULL,                -- where the rows come from, without a password
  source_fingerprint text NOT NULL,
  plan_fingerprint text NOT NULL,      -- of how the rows are cut and mapped
  schema_fingerprint text NOT NULL,    -- of the target's tables
  rows_per_segment integer NOT NULL,
  empty_tables text[] NOT NULL,        -- the tables that had no row when the run began
  system_identifier text,              -- of the cluster; NULL where this role may not ask
  database_oid oid NOT NULL,
  versions jsonb NOT NULL
);

-- At most one run is at work: everything else refuses to begin.
CREATE UNIQUE INDEX runs_one_running ON parity_migration.runs (state) WHERE state = 'running';

CREATE TABLE parity_migration.segments (
  run_id uuid NOT NULL REFERENCES parity_migration.runs (run_id),
  table_name text NOT NULL,
  number integer NOT NULL,
  first_position bigint NOT NULL,
  rows_read bigint NOT NULL,
  inserted bigint NOT NULL,
  identical bigint NOT NULL,
  quarantined bigint NOT NULL,
  digest text NOT NULL,                -- SHA-256 of what was read
  xid xid8 NOT NULL,                   -- the transaction: xmin of each row that it inserted
  fingerprint numeric NOT NULL,        -- of the inserted rows: the sum of their mixed hashes, 0 for none
  committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  rolled_back_at timestamptz,
  PRIMARY KEY (run_id, table_name, number),
  CONSTRAINT segments_account CHECK (rows_read = inserted + identical + quarantined)
);

CREATE TABLE parity_migration.quarantine (
  run_id uuid NOT NULL,
  table_name text NOT NULL,
  number integer NOT NULL,
  position bigint NOT NULL,            -- of the row among the rows of its table in the source, 0-based
  reason_number integer NOT NULL,      -- a row may be refused for several reasons
  row_key text,
  column_name text,
  rule text NOT NULL,
  reason text NOT NULL,
  sqlstate text,
  raw text NOT NULL,                   -- the row as its source has it
  raw_is_escaped boolean NOT NULL,     -- true where raw is a JSON string of it: text cannot hold every source
  PRIMARY KEY (run_id, table_name, position, reason_number),
  FOREIGN KEY (run_id, table_name, number) REFERENCES parity_migration.segments
);

-- The rows that the run at work found in the target, equal: it is empty when no run is at work. A row of the source
-- that has one of these ids once more is one row too many, as it would be had the run inserted the first.
CREATE TABLE parity_migration.identical (
  table_name text NOT NULL,
  id uuid NOT NULL,
  PRIMARY KEY (table_name, id)
);

-- Refused rows are here with all that they say about a candidate.
REVOKE ALL ON SCHEMA parity_migration FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA parity_migration FROM PUBLIC;
DO $$
DECLARE
  outsider name;
BEGIN
  FOR outsider IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON SCHEMA parity_migration FROM %I', outsider);
    EXECUTE pg_catalog.format('REVOKE ALL ON ALL TABLES IN SCHEMA parity_migration FROM %I', outsider);
  END LOOP;
END
$$;
