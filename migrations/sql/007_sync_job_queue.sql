-- The queue of sync jobs: claim, complete and fail.
--
-- A row is due when its run_after is past and it is waiting ('pending') or still 'processing': then its run_after is
-- the end of a lease that its owner let run out. `attempts` counts the claims and is the fencing token: who completes or
-- fails a row says which claim it was, and a stale owner is refused.
--
-- Errors: PT404 'sync_jobs' (no such row), PT409 'stale_claim' (the row was claimed again, or is not
-- processing), 22023 '<argument>'. No message carries contents of a row.

-- claim_sync_jobs: takes up to p_limit due rows for p_lease_s seconds, the longest due first.
--
-- SKIP LOCKED gives concurrent workers different rows instead of a queue for the same one. Rows whose attempts are
-- used up become failed in passing; they are neither returned nor counted against the limit. The result is in the
-- order of claiming: by the run_after that made the row due, then by id.
CREATE FUNCTION public.claim_sync_jobs(p_limit integer, p_lease_s double precision)
RETURNS SETOF public.sync_jobs
LANGUAGE plpgsql
SET search_path = ''
AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
  v_lease_ends timestamptz;
BEGIN
  -- 1000 is the row cap of the API: a longer result would be cut, and its rows claimed by nobody.
  IF (p_limit BETWEEN 1 AND 1000) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'limit';
  END IF;
  -- A day is already a very long lease. The comparison refuses NaN, too: it sorts above every number.
  IF (p_lease_s > 0 AND p_lease_s <= 86400) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'lease_s';
  END IF;

  WITH exhausted AS MATERIALIZED (
    SELECT id FROM public.sync_jobs
    WHERE status IN ('pending', 'processing') AND run_after <= v_now AND attempts >= max_attempts
    FOR UPDATE SKIP LOCKED
  )
  UPDATE public.sync_jobs AS job
  SET status = 'failed', last_error = coalesce(job.last_error, 'attempts exhausted')
  FROM exhausted
  WHERE job.id = exhausted.id;

  v_lease_ends := clock_timestamp() + make_interval(secs => p_lease_s);

  RETURN QUERY
  WITH due AS MATERIALIZED (
    SELECT id, run_after FROM public.sync_jobs
    WHERE status IN ('pending', 'processing') AND run_after <= v_now AND attempts < max_attempts
    ORDER BY run_after, id
    LIMIT p_limit
    FOR UPDATE SKIP LOCKED
  ), claimed AS (
    UPDATE public.sync_jobs AS job
    SET status = 'processing', attempts = job.attempts + 1, run_after = v_lease_ends
    FROM due
    WHERE job.id = due.id
    RETURNING job AS claimed_row, due.run_after AS due_at, due.id AS claimed_id
  )
  SELECT (claimed.claimed_row).* FROM claimed ORDER BY claimed.due_at, claimed.claimed_id;
END;
$$;

-- complete_sync_job: the owner of claim number p_attempts is done.
--
-- A lease that ran out, but was claimed by nobody else, may still complete: the work was done once.
CREATE FUNCTION public.complete_sync_job(p_id uuid, p_attempts integer) RETURNS public.sync_jobs
LANGUAGE plpgsql
SET search_path = ''
AS $$
DECLARE
  v_job public.sync_jobs;
BEGIN
  UPDATE public.sync_jobs
  SET status = 'completed'
  WHERE id = p_id AND status = 'processing' AND attempts = p_attempts
  RETURNING * INTO v_job;
  IF FOUND THEN
    RETURN v_job;
  END IF;

  IF EXISTS (SELECT FROM public.sync_jobs WHERE id = p_id) THEN
    RAISE EXCEPTION USING ERRCODE = 'PT409', MESSAGE = 'stale_claim';
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'PT404', MESSAGE = 'sync_jobs';
END;
$$;

-- fail_sync_job: the owner of claim number p_attempts gives up for now.
--
-- The row waits for p_retry_in_s seconds (0 to 30 days), or is failed for good if this was the last attempt.
CREATE FUNCTION public.fail_sync_job(
  p_id uuid,
  p_attempts integer,
  p_error text,
  p_retry_in_s double precision
) RETURNS public.sync_jobs
LANGUAGE plpgsql
SET search_path = ''
AS $$
DECLARE
  v_job public.sync_jobs;
BEGIN
  IF (p_retry_in_s >= 0 AND p_retry_in_s <= 2592000) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'retry_in_s';
  END IF;

  UPDATE public.sync_jobs
  SET
    last_error = p_error,
    status = CASE WHEN attempts >= max_attempts THEN 'failed' ELSE 'pending' END,
    run_after = CASE
      WHEN attempts >= max_attempts THEN run_after
      ELSE clock_timestamp() + make_interval(secs => p_retry_in_s)
    END
  WHERE id = p_id AND status = 'processing' AND attempts = p_attempts
  RETURNING * INTO v_job;
  IF FOUND THEN
    RETURN v_job;
  END IF;

  IF EXISTS (SELECT FROM public.sync_jobs WHERE id = p_id) THEN
    RAISE EXCEPTION USING ERRCODE = 'PT409', MESSAGE = 'stale_claim';
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'PT404', MESSAGE = 'sync_jobs';
END;
$$;

REVOKE ALL ON FUNCTION
  public.claim_sync_jobs(integer, double precision),
  public.complete_sync_job(uuid, integer),
  public.fail_sync_job(uuid, integer, text, double precision)
  FROM PUBLIC, anon, authenticated;

GRANT EXECUTE ON FUNCTION
  public.claim_sync_jobs(integer, double precision),
  public.complete_sync_job(uuid, integer),
  public.fail_sync_job(uuid, integer, text, double precision)
  TO service_role;
