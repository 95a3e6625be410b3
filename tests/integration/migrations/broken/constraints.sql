-- One thing broken per section; "finds" lists exactly the findings that it must give.

-- case: check dropped
-- finds: check.bookings.bookings_slot_order
ALTER TABLE public.bookings DROP CONSTRAINT bookings_slot_order;

-- case: check accepts more
-- finds: check.bookings.bookings_status_check
ALTER TABLE public.bookings DROP CONSTRAINT bookings_status_check;
ALTER TABLE public.bookings ADD CONSTRAINT bookings_status_check
  CHECK (status IN ('confirmed', 'rescheduled', 'cancelled', 'no_show'));

-- case: check not valid
-- finds: check.bookings.bookings_slot_order
ALTER TABLE public.bookings DROP CONSTRAINT bookings_slot_order;
ALTER TABLE public.bookings ADD CONSTRAINT bookings_slot_order CHECK (scheduled_end > scheduled_start) NOT VALID;

-- case: check renamed
-- finds: check.bookings.bookings_slot_order
ALTER TABLE public.bookings RENAME CONSTRAINT bookings_slot_order TO slot;

-- case: check that refuses more
-- finds: check.bookings.mine
ALTER TABLE public.bookings ADD CONSTRAINT mine CHECK (length(booked_by) > 3);

-- case: cascade became no action
-- finds: foreign_key.bookings.request_id
ALTER TABLE public.bookings DROP CONSTRAINT bookings_request_id_fkey;
ALTER TABLE public.bookings ADD FOREIGN KEY (request_id) REFERENCES public.scheduling_requests (id);

-- case: foreign key dropped
-- finds: foreign_key.audit_logs.booking_id
ALTER TABLE public.audit_logs DROP CONSTRAINT audit_logs_booking_id_fkey;

-- case: foreign key to another table
-- finds: foreign_key.audit_logs.booking_id
ALTER TABLE public.audit_logs DROP CONSTRAINT audit_logs_booking_id_fkey;
ALTER TABLE public.audit_logs ADD FOREIGN KEY (booking_id)
  REFERENCES public.scheduling_requests (id) ON DELETE SET NULL;

-- case: foreign key not valid
-- finds: foreign_key.bookings.request_id
ALTER TABLE public.bookings DROP CONSTRAINT bookings_request_id_fkey;
ALTER TABLE public.bookings ADD FOREIGN KEY (request_id)
  REFERENCES public.scheduling_requests (id) ON DELETE CASCADE NOT VALID;

-- case: foreign key deferred
-- finds: foreign_key.bookings.request_id
ALTER TABLE public.bookings ALTER CONSTRAINT bookings_request_id_fkey DEFERRABLE INITIALLY DEFERRED;
