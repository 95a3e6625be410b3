-- One thing broken per section; "finds" lists exactly the findings that it must give.

-- case: row level security off
-- finds: row_level_security.sync_jobs
ALTER TABLE public.sync_jobs DISABLE ROW LEVEL SECURITY;

-- case: policy for anon
-- finds: policy.bookings.open
CREATE POLICY open ON public.bookings FOR SELECT TO anon USING (true);

-- case: policy for everybody
-- finds: policy.bookings.open
CREATE POLICY open ON public.bookings FOR INSERT WITH CHECK (true);

-- case: grant to anon
-- finds: grant.bookings.anon
GRANT SELECT ON public.bookings TO anon;

-- case: grant of a column to authenticated
-- finds: grant.bookings.authenticated
GRANT UPDATE (status) ON public.bookings TO authenticated;

-- case: grant to everybody
-- finds: grant.bookings.PUBLIC
GRANT SELECT ON public.bookings TO PUBLIC;

-- case: server lost a privilege
-- finds: grant.bookings.service_role
REVOKE DELETE ON public.bookings FROM service_role;

-- case: server lost all privileges
-- finds: grant.bookings.service_role
REVOKE ALL ON public.bookings FROM service_role;

-- case: history can be changed
-- finds: grant.audit_logs.service_role.append_only
GRANT UPDATE ON public.audit_logs TO service_role;

-- case: a column of the history can be changed
-- finds: grant.audit_logs.service_role.append_only
GRANT UPDATE (action) ON public.audit_logs TO service_role;

-- case: server can empty a table
-- finds: grant.bookings.service_role.truncate
GRANT TRUNCATE ON public.bookings TO service_role;

-- case: database is read only
-- finds: setting.all.default_transaction_read_only
DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END$$;

-- case: server is read only
-- finds: setting.service_role.default_transaction_read_only
DO $$BEGIN
EXECUTE format('ALTER ROLE service_role IN DATABASE %I SET default_transaction_read_only = yes', current_database());
END$$;

-- case: statements are given up at once
-- finds: setting.all.statement_timeout
DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = %L', current_database(), '0.5s'); END$$;

-- case: transactions that have to be repeated
-- finds: setting.all.default_transaction_isolation
DO $$BEGIN
EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = serializable', current_database());
END$$;

-- case: what was confirmed may be lost
-- finds: setting.service_role.synchronous_commit
DO $$BEGIN
EXECUTE format('ALTER ROLE service_role IN DATABASE %I SET synchronous_commit = off', current_database());
END$$;

-- case: table of an outsider
-- finds: grant.bookings.authenticated table.bookings.owner
GRANT CREATE ON SCHEMA public TO authenticated;
ALTER TABLE public.bookings OWNER TO authenticated;
REVOKE CREATE ON SCHEMA public FROM authenticated;
