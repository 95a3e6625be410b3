-- One snapshot for everything. Names are printed as an application sees them: without the schema that it uses.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path = public, extensions;
SET LOCAL statement_timeout = '60s';
