-- One thing broken per section; "finds" lists exactly the findings that it must give.

-- case: table dropped
-- finds: table.webhook_events
DROP TABLE public.webhook_events CASCADE;

-- case: parent table dropped
-- finds: table.scheduling_requests
DROP TABLE public.scheduling_requests CASCADE;

-- case: table became a view
-- finds: table.sync_jobs
ALTER TABLE public.sync_jobs RENAME TO old_jobs;
CREATE VIEW public.sync_jobs AS SELECT * FROM public.old_jobs;

-- case: table unlogged
-- finds: table.sync_jobs.persistence
ALTER TABLE public.sync_jobs SET UNLOGGED;

-- case: rule
-- finds: rule.audit_logs.swallow
CREATE RULE swallow AS ON INSERT TO public.audit_logs DO INSTEAD NOTHING;

-- case: column dropped
-- finds: column.bookings.booked_by
ALTER TABLE public.bookings DROP booked_by;

-- case: type changed
-- finds: column.scheduling_requests.duration_minutes
ALTER TABLE public.scheduling_requests ALTER duration_minutes TYPE bigint;

-- case: text with a check became varchar
-- finds: column.bookings.status
ALTER TABLE public.bookings ALTER status TYPE varchar(20);

-- case: time lost its zone
-- finds: column.sync_jobs.created_at
ALTER TABLE public.sync_jobs ALTER created_at TYPE timestamp;

-- case: time keeps milliseconds only
-- finds: column.bookings.updated_at
ALTER TABLE public.bookings ALTER updated_at TYPE timestamptz(3);

-- case: not null dropped
-- finds: column.webhook_events.signature
ALTER TABLE public.webhook_events ALTER signature DROP NOT NULL;

-- case: not null added
-- finds: column.webhook_events.tenant_id
ALTER TABLE public.webhook_events ALTER tenant_id SET NOT NULL;

-- case: default dropped
-- finds: column.webhook_events.status
ALTER TABLE public.webhook_events ALTER status DROP DEFAULT;

-- case: default changed
-- finds: column.sync_jobs.max_attempts
ALTER TABLE public.sync_jobs ALTER max_attempts SET DEFAULT 3;

-- case: default of the plan
-- finds: column.sync_jobs.id
ALTER TABLE public.sync_jobs ALTER id SET DEFAULT extensions.uuid_generate_v4();

-- case: extra column that stops inserts
-- finds: column.bookings.room
ALTER TABLE public.bookings ADD room text NOT NULL;

-- case: different texts are equal
-- finds: column.webhook_events.signature
CREATE COLLATION public.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
ALTER TABLE public.webhook_events ALTER signature TYPE text COLLATE public."ci";

-- case: extra column of a sequence that the server may not use
-- finds: column.audit_logs.place
ALTER TABLE public.audit_logs ADD place bigserial;
