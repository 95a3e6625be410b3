-- What PostgREST reads of the role as which it logs in. Only a superuser may set it, for Postgres does not know these
-- names. "finds" lists exactly the findings that it must give; without it there is none.

-- case: a request without a key is the server's
-- finds: setting.authenticator.pgrst.db_anon_role
ALTER ROLE authenticator SET pgrst.db_anon_role = 'service_role';

-- case: a request without a key is the server's in this database
-- finds: setting.authenticator.pgrst.db_anon_role
DO $$BEGIN
EXECUTE format('ALTER ROLE authenticator IN DATABASE %I SET pgrst.db_anon_role = service_role', current_database());
END$$;

-- case: PostgREST serves other schemas
-- finds: setting.authenticator.pgrst.db_schemas
DO $$BEGIN
EXECUTE format('ALTER ROLE authenticator IN DATABASE %I SET pgrst.db_schemas = %L', current_database(), 'api, other');
END$$;

-- case: PostgREST stores nothing
-- finds: setting.authenticator.pgrst.db_tx_end
DO $$BEGIN
EXECUTE format('ALTER ROLE authenticator IN DATABASE %I SET pgrst.db_tx_end = rollback', current_database());
END$$;

-- case: public is among the schemas and anon is nobody
DO $$BEGIN
EXECUTE format('ALTER ROLE authenticator IN DATABASE %I SET pgrst.db_schemas = %L', current_database(), 'api, public');
EXECUTE format('ALTER ROLE authenticator IN DATABASE %I SET pgrst.db_anon_role = anon', current_database());
END$$;

-- case: settings of others than the role as which it logs in
DO $$BEGIN
EXECUTE format('ALTER DATABASE %I SET pgrst.db_schemas = %L', current_database(), 'other');
EXECUTE format('ALTER ROLE service_role IN DATABASE %I SET pgrst.db_anon_role = service_role', current_database());
END$$;
