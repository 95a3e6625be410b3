COPY parity_migration.quarantine (run_id, table_name, number, position, reason_number, row_key, column_name, rule,
  reason, sqlstate, raw, raw_is_escaped) FROM STDIN;
