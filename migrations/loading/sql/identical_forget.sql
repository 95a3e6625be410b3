TRUNCATE parity_migration.identical;
