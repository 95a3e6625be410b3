-- One thing broken per section; "finds" lists exactly the findings that it must give.

-- case: view for anon
-- finds: exposure.public.v
CREATE VIEW public.v AS SELECT * FROM public.webhook_events;
GRANT SELECT ON public.v TO anon;

-- case: column of a view for authenticated
-- finds: exposure.public.v
CREATE VIEW public.v AS SELECT * FROM public.webhook_events;
GRANT UPDATE (status) ON public.v TO authenticated;

-- case: view of a view for everybody
-- finds: exposure.other.w
CREATE SCHEMA other;
CREATE VIEW other.v AS SELECT * FROM public.bookings;
CREATE VIEW other.w AS SELECT id FROM other.v;
GRANT SELECT ON other.w TO PUBLIC;

-- case: materialized view for anon
-- finds: exposure.public.m
CREATE MATERIALIZED VIEW public.m AS SELECT * FROM public.webhook_events;
GRANT SELECT ON public.m TO anon;

-- case: materialized view of a view with the rights of its caller
-- finds: exposure.public.m
CREATE VIEW public.v WITH (security_invoker = true) AS SELECT * FROM public.webhook_events;
CREATE MATERIALIZED VIEW public.m AS SELECT * FROM public.v;
GRANT SELECT ON public.m TO anon;

-- case: parent of a table for anon
-- finds: exposure.public.parent
CREATE TABLE public.parent (id uuid NOT NULL);
ALTER TABLE public.bookings INHERIT public.parent;
GRANT SELECT ON public.parent TO anon;

-- case: function that leaks
-- finds: exposure.public.leak()
CREATE FUNCTION public.leak() RETURNS SETOF public.webhook_events LANGUAGE sql SECURITY DEFINER
  AS 'select * from public.webhook_events';

-- case: function that wipes
-- finds: exposure.public.wipe()
CREATE FUNCTION public.wipe() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'delete from public.bookings';

-- case: procedure that puts its statement together
-- finds: exposure.public.wipe()
CREATE PROCEDURE public.wipe() LANGUAGE plpgsql SECURITY DEFINER
  AS $$BEGIN EXECUTE 'delete from ' || 'public.bookings'; END$$;

-- case: function with a standard body
-- finds: exposure.public.leak()
CREATE FUNCTION public.leak() RETURNS bigint LANGUAGE sql SECURITY DEFINER
  BEGIN ATOMIC SELECT count(*) FROM public.bookings; END;

-- case: function that leaves the work to another
-- finds: exposure.public.outer_one()
CREATE FUNCTION public.inner_one() RETURNS void LANGUAGE sql AS 'delete from public.bookings';
CREATE FUNCTION public.outer_one() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'select public.inner_one()';

-- case: function that calls one of ours
-- finds: exposure.public.claim_all()
CREATE FUNCTION public.claim_all() RETURNS bigint LANGUAGE sql SECURITY DEFINER
  AS 'select count(*) from public.claim_sync_jobs(1, 1)';
