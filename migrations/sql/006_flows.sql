-- book, reschedule and cancel: each changes four tables, all or none, in one round trip.
--
-- PostgREST runs each call in a transaction of its own, and nothing spans two calls: done from the client, a failed
-- second step leaves a request 'booked' without a booking. All functions run with the caller's rights.
--
-- Errors, for all three (PostgREST answers PTnnn with HTTP status nnn):
--   PT404 '<table>'               the row does not exist
--   PT409 'request_not_bookable'  the rows are not in a state, or the link is past its time, for this
--   22023 '<argument>'            an argument that no call accepts
--   23502, 23514, 23505           the constraints of the tables, as for a plain INSERT
-- No message and no detail raised here carries contents of a row. 40001 is never raised: PostgREST 12 retries it
-- for ever.
--
-- Lock order: request before booking, always, so that flows on one request queue up and never deadlock.
-- FOR NO KEY UPDATE excludes every writer of the row, but not the foreign key checks of rows that refer to it.

-- The text of a time inside a payload: UTC, always six digits, so that equal times are equal texts.
CREATE FUNCTION public.payload_time(p_time timestamptz) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = ''
AS $$
  SELECT to_char(p_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"');
$$;

-- book: a pending request whose link has not expired gets its booking.
--
-- p_id is chosen by the caller. If a booking has it already, the error is the one of bookings_pkey, whatever became
-- of the request since: that tells a caller who lost the first response that the first call worked.
-- Effects: booking (confirmed), request booked, audit entry 'booked', sync job 'icims_note'.
CREATE FUNCTION public.book(
  p_id uuid,
  p_request_id uuid,
  p_scheduled_start timestamptz,
  p_scheduled_end timestamptz,
  p_booked_by text,
  p_actor_type text,
  p_actor_id text DEFAULT NULL,
  p_calendar_event_id text DEFAULT NULL,
  p_calendar_ical_uid text DEFAULT NULL,
  p_conference_join_url text DEFAULT NULL,
  p_icims_activity_id text DEFAULT NULL
) RETURNS public.bookings
LANGUAGE plpgsql
SET search_path = ''
AS $$
DECLARE
  v_request public.scheduling_requests;
  v_booking public.bookings;
BEGIN
  -- NULL is left to the constraints; infinity would be stored and then crash clients that read it.
  IF NOT isfinite(p_scheduled_start) THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'scheduled_start';
  END IF;
  IF NOT isfinite(p_scheduled_end) THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'scheduled_end';
  END IF;

  SELECT * INTO v_request FROM public.scheduling_requests WHERE id = p_request_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'PT404', MESSAGE = 'scheduling_requests';
  END IF;

  IF EXISTS (SELECT FROM public.bookings WHERE id = p_id) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'unique_violation',
      MESSAGE = 'duplicate key value violates unique constraint "bookings_pkey"',
      SCHEMA = 'public', TABLE = 'bookings', CONSTRAINT = 'bookings_pkey';
  END IF;

  IF v_request.status <> 'pending' OR v_request.expires_at <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'PT409', MESSAGE = 'request_not_bookable';
  END IF;

  INSERT INTO public.bookings (
    id, request_id, scheduled_start, scheduled_end, booked_by, status, confirmed_at,
    calendar_event_id, calendar_ical_uid, conference_join_url, icims_activity_id
  ) VALUES (
    p_id, p_request_id, p_scheduled_start, p_scheduled_end, p_booked_by, 'confirmed', now(),
    p_calendar_event_id, p_calendar_ical_uid, p_conference_join_url, p_icims_activity_id
  ) RETURNING * INTO v_booking;

  UPDATE public.scheduling_requests SET status = 'booked' WHERE id = p_request_id;

  INSERT INTO public.audit_logs (request_id, booking_id, action, actor_type, actor_id, payload)
  VALUES (
    p_request_id, p_id, 'booked', p_actor_type, p_actor_id,
    jsonb_build_object(
      'scheduled_start', public.payload_time(p_scheduled_start),
      'scheduled_end', public.payload_time(p_scheduled_end)
    )
  );

  INSERT INTO public.sync_jobs (type, entity_type, entity_id, payload)
  VALUES (
    'icims_note', 'booking', p_id::text, jsonb_build_object('action', 'booked', 'request_id', p_request_id)
  );

  RETURN v_booking;
END;
$$;

-- lock_active_booking: locks a booking and its request, in that order of locks, and returns the booking.
--
-- The request is found through the booking, but has to be locked first; should the booking have moved to another
-- request in between, start again. Raises PT404 'bookings', and PT409 unless both are in an active state.
CREATE FUNCTION public.lock_active_booking(p_booking_id uuid) RETURNS public.bookings
LANGUAGE plpgsql
SET search_path = ''
AS $$
DECLARE
  v_request_id uuid;
  v_request_status text;
  v_booking public.bookings;
BEGIN
  LOOP
    SELECT request_id INTO v_request_id FROM public.bookings WHERE id = p_booking_id;
    IF NOT FOUND THEN
      RAISE EXCEPTION USING ERRCODE = 'PT404', MESSAGE = 'bookings';
    END IF;

    SELECT status INTO v_request_status FROM public.scheduling_requests WHERE id = v_request_id FOR NO KEY UPDATE;
    CONTINUE WHEN NOT FOUND;

    SELECT * INTO v_booking FROM public.bookings
    WHERE id = p_booking_id AND request_id = v_request_id FOR NO KEY UPDATE;
    EXIT WHEN FOUND;
  END LOOP;

  IF v_booking.status NOT IN ('confirmed', 'rescheduled') OR v_request_status NOT IN ('booked', 'rescheduled') THEN
    RAISE EXCEPTION USING ERRCODE = 'PT409', MESSAGE = 'request_not_bookable';
  END IF;
  RETURN v_booking;
END;
$$;

-- reschedule: an active booking moves to another slot; the row and its id stay.
--
-- The expiry of the candidate's link does not matter: coordinators reschedule, too.
-- Effects: booking and request rescheduled, audit entry 'rescheduled', sync job 'icims_note'.
CREATE FUNCTION public.reschedule(
  p_booking_id uuid,
  p_scheduled_start timestamptz,
  p_scheduled_end timestamptz,
  p_actor_type text,
  p_actor_id text DEFAULT NULL
) RETURNS public.bookings
LANGUAGE plpgsql
SET search_path = ''
AS $$
DECLARE
  v_before public.bookings;
  v_after public.bookings;
BEGIN
  IF NOT isfinite(p_scheduled_start) THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'scheduled_start';
  END IF;
  IF NOT isfinite(p_scheduled_end) THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'scheduled_end';
  END IF;

  v_before := public.lock_active_booking(p_booking_id);

  UPDATE public.bookings
  SET status = 'rescheduled', scheduled_start = p_scheduled_start, scheduled_end = p_scheduled_end
  WHERE id = p_booking_id
  RETURNING * INTO v_after;

  UPDATE public.scheduling_requests SET status = 'rescheduled' WHERE id = v_after.request_id;

  INSERT INTO public.audit_logs (request_id, booking_id, action, actor_type, actor_id, payload)
  VALUES (
    v_after.request_id, p_booking_id, 'rescheduled', p_actor_type, p_actor_id,
    jsonb_build_object(
      'from', jsonb_build_object(
        'scheduled_start', public.payload_time(v_before.scheduled_start),
        'scheduled_end', public.payload_time(v_before.scheduled_end)
      ),
      'to', jsonb_build_object(
        'scheduled_start', public.payload_time(v_after.scheduled_start),
        'scheduled_end', public.payload_time(v_after.scheduled_end)
      )
    )
  );

  INSERT INTO public.sync_jobs (type, entity_type, entity_id, payload)
  VALUES (
    'icims_note', 'booking', p_booking_id::text,
    jsonb_build_object('action', 'rescheduled', 'request_id', v_after.request_id)
  );

  RETURN v_after;
END;
$$;

-- cancel: an active booking and its request end.
--
-- Effects: booking (cancelled_at, cancellation_reason) and request cancelled, audit entry 'cancelled',
-- sync job 'icims_note'.
CREATE FUNCTION public.cancel(
  p_booking_id uuid,
  p_reason text,
  p_actor_type text,
  p_actor_id text DEFAULT NULL
) RETURNS public.bookings
LANGUAGE plpgsql
SET search_path = ''
AS $$
DECLARE
  v_booking public.bookings;
BEGIN
  v_booking := public.lock_active_booking(p_booking_id);

  UPDATE public.bookings
  SET status = 'cancelled', cancelled_at = now(), cancellation_reason = p_reason
  WHERE id = p_booking_id
  RETURNING * INTO v_booking;

  UPDATE public.scheduling_requests SET status = 'cancelled' WHERE id = v_booking.request_id;

  INSERT INTO public.audit_logs (request_id, booking_id, action, actor_type, actor_id, payload)
  VALUES (
    v_booking.request_id, p_booking_id, 'cancelled', p_actor_type, p_actor_id,
    jsonb_build_object('reason', p_reason)
  );

  INSERT INTO public.sync_jobs (type, entity_type, entity_id, payload)
  VALUES (
    'icims_note', 'booking', p_booking_id::text,
    jsonb_build_object('action', 'cancelled', 'request_id', v_booking.request_id)
  );

  RETURN v_booking;
END;
$$;

REVOKE ALL ON FUNCTION
  public.payload_time(timestamptz),
  public.book(uuid, uuid, timestamptz, timestamptz, text, text, text, text, text, text, text),
  public.lock_active_booking(uuid),
  public.reschedule(uuid, timestamptz, timestamptz, text, text),
  public.cancel(uuid, text, text, text)
  FROM PUBLIC, anon, authenticated;

GRANT EXECUTE ON FUNCTION
  public.payload_time(timestamptz),
  public.book(uuid, uuid, timestamptz, timestamptz, text, text, text, text, text, text, text),
  public.lock_active_booking(uuid),
  public.reschedule(uuid, timestamptz, timestamptz, text, text),
  public.cancel(uuid, text, text, text)
  TO service_role;
