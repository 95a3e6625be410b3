INSERT INTO sync_jobs (type, entity_id, entity_type, attempts, last_error, payload, run_after, created_at, updated_at)
VALUES
  ('icims_note', 'plain', 'booking', 0, NULL, '1', '2026-01-15 10:00:00+00', now(), now()),
  ('icims_note', '', 'booking', 1, '', '""', '2026-01-15 10:00:00.1+00', now(), now()),
  ('icims_note', E'\\.', 'booking', 2, E'\\N', '{"a": 9007199254740993}', '0001-01-01 00:00:00+00', now(), now()),
  ('icims_note', 'NULL', 'booking', 3, E'a\nb\r\nc,"d"', 'null', '9999-12-31 23:59:59.999999+00', now(), now()),
  ('icims_note', E'caf\u00e9 \t', 'booking', 4, E'\x01', '[1.0, 1.10, 1e22, {"k": "\u2028"}]', '1883-11-18 12:03:58-04:56:02', now(), now()),
  ('icims_note', E'cafe\u0301', 'booking', 5, ',', '{"": null, "long": [123456789012345678901234567890.5]}', '2024-02-29 23:59:59.999999+14', now(), now());

INSERT INTO scheduling_requests (
  candidate_name, candidate_email, req_title, interview_type, duration_minutes, interviewer_emails, organizer_email,
  window_start, window_end, candidate_timezone, public_token, public_token_hash, expires_at
)
SELECT
  'Zoë', 'z@example.org', 'title', 'onsite', 45, emails, 'o@example.org',
  '2026-01-15 10:00:00.000001+00', '2026-01-15 10:00:00.000002+00', 'Europe/Berlin', 'token', 'hash ' || number, now()
FROM unnest(ARRAY[
  '{}', '{""}', '{NULL}', '{"NULL"}', '{a,b}', '{"a,b","{c}","\"","\\"," "}', E'{"\n","\r\n","é"}'
]) WITH ORDINALITY AS given (literal, number), LATERAL (SELECT literal::text[] AS emails) AS cast_to;
