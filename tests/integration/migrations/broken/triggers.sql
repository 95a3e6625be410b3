-- One thing broken per section; "finds" lists exactly the findings that it must give.

-- case: trigger dropped
-- finds: trigger.bookings.updated_at
DROP TRIGGER update_bookings_updated_at ON public.bookings;

-- case: trigger disabled
-- finds: trigger.bookings.updated_at
ALTER TABLE public.bookings DISABLE TRIGGER update_bookings_updated_at;

-- case: trigger for replicas
-- finds: trigger.bookings.updated_at
ALTER TABLE public.bookings ENABLE REPLICA TRIGGER update_bookings_updated_at;

-- case: trigger on some columns
-- finds: trigger.bookings.updated_at
DROP TRIGGER update_bookings_updated_at ON public.bookings;
CREATE TRIGGER update_bookings_updated_at BEFORE UPDATE OF status ON public.bookings
  FOR EACH ROW
  EXECUTE FUNCTION public.update_updated_at_column();

-- case: trigger under a condition
-- finds: trigger.bookings.updated_at
DROP TRIGGER update_bookings_updated_at ON public.bookings;
CREATE TRIGGER update_bookings_updated_at BEFORE UPDATE ON public.bookings
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION public.update_updated_at_column();

-- case: trigger after the update
-- finds: trigger.bookings.updated_at
DROP TRIGGER update_bookings_updated_at ON public.bookings;
CREATE TRIGGER update_bookings_updated_at AFTER UPDATE ON public.bookings
  FOR EACH ROW
  EXECUTE FUNCTION public.update_updated_at_column();

-- case: trigger calls a function that does nothing
-- finds: trigger.bookings.updated_at
CREATE FUNCTION public.idle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
DROP TRIGGER update_bookings_updated_at ON public.bookings;
CREATE TRIGGER update_bookings_updated_at BEFORE UPDATE ON public.bookings
  FOR EACH ROW
  EXECUTE FUNCTION public.idle();

-- case: trigger function replaced
-- finds: trigger.bookings.updated_at trigger.reconciliation_jobs.updated_at trigger.scheduling_requests.updated_at trigger.sync_jobs.updated_at trigger.webhook_events.updated_at
CREATE OR REPLACE FUNCTION public.update_updated_at_column() RETURNS trigger LANGUAGE plpgsql
  AS 'BEGIN /* NEW.updated_at := clock_timestamp() */ RETURN NEW; END';

-- case: trigger function that goes back
-- finds: trigger.bookings.updated_at
CREATE FUNCTION public.back() RETURNS trigger LANGUAGE plpgsql
  AS 'BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END';
DROP TRIGGER update_bookings_updated_at ON public.bookings;
CREATE TRIGGER update_bookings_updated_at BEFORE UPDATE ON public.bookings
  FOR EACH ROW
  EXECUTE FUNCTION public.back();

-- case: trigger function that swallows updates of old rows
-- finds: trigger.bookings.updated_at
CREATE FUNCTION public.swallow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
  IF OLD.updated_at < now() - interval '7 days' THEN RETURN NULL; END IF;
  NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at);
  RETURN NEW;
END$$;
DROP TRIGGER update_bookings_updated_at ON public.bookings;
CREATE TRIGGER update_bookings_updated_at BEFORE UPDATE ON public.bookings
  FOR EACH ROW
  EXECUTE FUNCTION public.swallow();

-- case: trigger function that fails
-- finds: trigger.bookings.updated_at
CREATE FUNCTION public.broken() RETURNS trigger LANGUAGE plpgsql
  AS 'BEGIN NEW.changed_at := now(); RETURN NEW; END';
DROP TRIGGER update_bookings_updated_at ON public.bookings;
CREATE TRIGGER update_bookings_updated_at BEFORE UPDATE ON public.bookings
  FOR EACH ROW
  EXECUTE FUNCTION public.broken();

-- case: trigger that changes rows
-- finds: trigger.audit_logs.loud
CREATE FUNCTION public.loud() RETURNS trigger LANGUAGE plpgsql
  AS 'BEGIN NEW.action := upper(NEW.action); RETURN NEW; END';
CREATE TRIGGER loud BEFORE INSERT ON public.audit_logs FOR EACH ROW EXECUTE FUNCTION public.loud();
