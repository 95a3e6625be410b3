-- One snapshot for everything. With an empty search_path, Postgres prints the names of all objects with their schema.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ WRITE;
SET LOCAL search_path = '';
SET LOCAL statement_timeout = '60s';
SET LOCAL lock_timeout = '5s';
