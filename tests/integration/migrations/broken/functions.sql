-- One thing broken per section; "finds" lists exactly the findings that it must give.

-- case: function dropped
-- finds: function.ops_summary
DROP FUNCTION public.ops_summary();

-- case: function with another signature
-- finds: function.claim_sync_jobs
DROP FUNCTION public.claim_sync_jobs(integer, double precision);
CREATE FUNCTION public.claim_sync_jobs(p_limit integer, p_lease integer)
  RETURNS SETOF public.sync_jobs LANGUAGE sql
  AS 'SELECT * FROM public.sync_jobs';

-- case: second function of the name
-- finds: function.ops_summary.overload
CREATE FUNCTION public.ops_summary(p_table text) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';

-- case: skip locked in comments only
-- finds: function.claim_sync_jobs.skip_locked
CREATE OR REPLACE FUNCTION public.claim_sync_jobs(p_limit integer, p_lease_s double precision)
  RETURNS SETOF public.sync_jobs LANGUAGE plpgsql SET search_path = ''
  AS $$BEGIN /* FOR UPDATE SKIP LOCKED */ PERFORM 'skip locked'; -- skip locked
RETURN QUERY SELECT * FROM public.sync_jobs; END$$;

-- case: skip locked once of twice
-- finds: function.claim_sync_jobs.skip_locked
CREATE OR REPLACE FUNCTION public.claim_sync_jobs(p_limit integer, p_lease_s double precision)
  RETURNS SETOF public.sync_jobs LANGUAGE plpgsql SET search_path = ''
  AS $$BEGIN
PERFORM FROM public.sync_jobs FOR UPDATE SKIP LOCKED;
RETURN QUERY SELECT * FROM public.sync_jobs FOR NO KEY UPDATE; END$$;

-- case: only one row lock
-- finds: function.claim_sync_jobs.skip_locked
CREATE OR REPLACE FUNCTION public.claim_sync_jobs(p_limit integer, p_lease_s double precision)
  RETURNS SETOF public.sync_jobs LANGUAGE plpgsql SET search_path = ''
  AS $$BEGIN RETURN QUERY SELECT * FROM public.sync_jobs FOR UPDATE SKIP LOCKED; END$$;

-- case: search_path not fixed
-- finds: function.claim_sync_jobs.search_path
ALTER FUNCTION public.claim_sync_jobs(integer, double precision) RESET search_path;

-- case: search_path of somebody else
-- finds: function.claim_sync_jobs.search_path
ALTER FUNCTION public.claim_sync_jobs(integer, double precision) SET search_path = evil, public;

-- case: function of its owner's rights
-- finds: function.ops_summary.security
ALTER FUNCTION public.ops_summary() SECURITY DEFINER;

-- case: function for everybody
-- finds: function.ops_summary.execute.PUBLIC
GRANT EXECUTE ON FUNCTION public.ops_summary() TO PUBLIC;

-- case: function for anon
-- finds: function.ops_summary.execute.anon
GRANT EXECUTE ON FUNCTION public.ops_summary() TO anon;

-- case: function not for the server
-- finds: function.ops_summary.execute.service_role
REVOKE EXECUTE ON FUNCTION public.ops_summary() FROM service_role;

-- case: helper of functions dropped
-- finds: function.cancel.calls.lock_active_booking function.reschedule.calls.lock_active_booking
DROP FUNCTION public.lock_active_booking(uuid);
