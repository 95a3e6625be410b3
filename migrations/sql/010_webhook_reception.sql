-- receive_webhook_event: stores a delivery once, and says whether this call was the one.
--
-- At most one of any number of callers with the same (provider, event_id) is told is_new; all get the stored row.
-- A stored event is never changed by a redelivery, not even its updated_at, whatever its state became: a merging
-- upsert would set a processed event back to received.
--
-- The same (provider, event_id) with another payload hash or tenant is somebody else's event, or a forged one. The
-- error is the one of webhook_events_provider_event_id_key: the key leaves out the tenant, and the sender must not
-- silently be told "known".
--
-- Errors: 23505 as said, or on webhook_events_pkey; 23502 and 23514 as for a plain INSERT.
-- PostgREST answers [{"is_new": …, "event": {…}}], always one element.
CREATE FUNCTION public.receive_webhook_event(
  p_id uuid,
  p_tenant_id text,
  p_provider text,
  p_event_id text,
  p_payload_hash text,
  p_event_type text,
  p_payload jsonb,
  p_signature text,
  p_verified boolean
) RETURNS TABLE (is_new boolean, event public.webhook_events)
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  -- ON CONFLICT waits for a writer that is still under way. If that one rolls back, the INSERT stores the row; if it
  -- commits, the SELECT has a newer snapshot and finds it. Only a DELETE in between makes a second turn necessary.
  LOOP
    INSERT INTO public.webhook_events (
      id, tenant_id, provider, event_id, payload_hash, event_type, payload, signature, verified
    ) VALUES (
      p_id, p_tenant_id, p_provider, p_event_id, p_payload_hash, p_event_type, p_payload, p_signature, p_verified
    )
    ON CONFLICT (provider, event_id) DO NOTHING
    RETURNING webhook_events.* INTO event;
    IF FOUND THEN
      is_new := true;
      RETURN NEXT;
      RETURN;
    END IF;

    SELECT stored.* INTO event FROM public.webhook_events AS stored
    WHERE stored.provider = p_provider AND stored.event_id = p_event_id;
    EXIT WHEN FOUND;
  END LOOP;

  IF (event).payload_hash <> p_payload_hash OR (event).tenant_id IS DISTINCT FROM p_tenant_id THEN
    RAISE EXCEPTION USING
      ERRCODE = 'unique_violation',
      MESSAGE = 'duplicate key value violates unique constraint "webhook_events_provider_event_id_key"',
      SCHEMA = 'public', TABLE = 'webhook_events', CONSTRAINT = 'webhook_events_provider_event_id_key';
  END IF;
  is_new := false;
  RETURN NEXT;
END;
$$;

REVOKE ALL ON FUNCTION
  public.receive_webhook_event(uuid, text, text, text, text, text, jsonb, text, boolean)
  FROM PUBLIC, anon, authenticated;
GRANT EXECUTE ON FUNCTION
  public.receive_webhook_event(uuid, text, text, text, text, text, jsonb, text, boolean)
  TO service_role;
