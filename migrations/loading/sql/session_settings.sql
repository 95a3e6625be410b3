-- What the role or the database may have set otherwise. A name that this version of Postgres lacks is left out.
--   row_security off: a policy that would hide rows is an error
--   array_nulls on: NULL in an array is no text
SELECT pg_catalog.set_config(wanted.name, wanted.value, false)
FROM (VALUES
  ('statement_timeout', '0'),
  ('lock_timeout', '5min'),
  ('idle_in_transaction_session_timeout', '0'),
  ('idle_session_timeout', '0'),
  ('transaction_timeout', '0'),
  ('default_transaction_isolation', 'read committed'),
  ('default_transaction_deferrable', 'off'),
  ('TimeZone', 'UTC'),
  ('DateStyle', 'ISO, YMD'),
  ('client_encoding', 'UTF8'),
  ('standard_conforming_strings', 'on'),
  ('row_security', 'off'),
  ('array_nulls', 'on'),
  ('search_path', 'pg_catalog, public')
) AS wanted (name, value)
JOIN pg_catalog.pg_settings AS known ON lower(known.name) = lower(wanted.name);
