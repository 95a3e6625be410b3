-- One moment for everything that follows, and no limit that ends a long reading half-way: the settings that
-- exist depend on the version of the server.
SELECT pg_catalog.set_config(name, CASE name
    WHEN 'TimeZone' THEN 'UTC'
    WHEN 'DateStyle' THEN 'ISO, YMD'
    WHEN 'client_encoding' THEN 'UTF8'
    WHEN 'search_path' THEN ''
    WHEN 'row_security' THEN 'off'
    ELSE '0'
  END, true)
FROM pg_catalog.pg_settings
WHERE name IN (
  'TimeZone', 'DateStyle', 'client_encoding', 'search_path', 'row_security',
  'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout'
)
