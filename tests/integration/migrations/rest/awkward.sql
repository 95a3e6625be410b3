-- One row of each table with what REST could change, and enough of one table for three pages and a remainder.
INSERT INTO scheduling_requests (
    id, candidate_name, candidate_email, req_title, interview_type, duration_minutes, interviewer_emails,
    organizer_email, window_start, window_end, candidate_timezone, public_token, public_token_hash, expires_at,
    needs_attention, created_at, updated_at
) VALUES (
    '10000000-0000-4000-8000-000000000001', E'Zo\u0065\u0308 \U0001F600 "\\" \t, {}', '', '', 'onsite', 2147483647,
    ARRAY['', 'NULL', 'a,b', '{c}', '"d"', '\e', 'f g'], 'o', '0001-01-01 00:00:00+00', '9999-12-31 23:59:59.999999+00',
    'UTC', 'p', 'h', 'infinity', true, '2026-01-15 10:00:00.100001+02', '2026-01-15 10:00:00.1+00'
);
INSERT INTO bookings (id, request_id, scheduled_start, scheduled_end, booked_by, confirmed_at)
VALUES ('20000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', now(), now() + interval '1 h',
        'b', NULL);
INSERT INTO audit_logs (id, action, actor_type, payload) VALUES
    ('30000000-0000-4000-8000-000000000001', 'a', 'system',
     '{"big": 9007199254740993, "huge": 123456789012345678901234567890.0001, "exact": 1.10, "e": 1e22,
       "nested": [null, true, "9007199254740993"], "": {"é": "e\u0301"}}'),
    ('30000000-0000-4000-8000-000000000002', 'a', 'system', 'null');
INSERT INTO sync_jobs (id, type, entity_id, entity_type, run_after)
VALUES ('40000000-0000-4000-8000-000000000001', 'icims_note', 'e', 'booking', '2026-01-15 10:00:00.123456-11:30');
INSERT INTO webhook_events (event_id, payload_hash, event_type, payload, signature)
SELECT 'e' || n, 'h', 't', to_jsonb(n), 's' FROM generate_series(1, 3100) n;
INSERT INTO reconciliation_jobs (id, job_type, entity_type, entity_id, detection_reason)
VALUES ('60000000-0000-4000-8000-000000000001', 'state_mismatch', 'booking', 'e', E'line\nbreak\r');
