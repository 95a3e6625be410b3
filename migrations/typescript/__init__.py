"""The TypeScript type of a database: written from Postgres' catalog, read from a file, and compared."""
