"""What Postgres' input functions take, known without a server."""
