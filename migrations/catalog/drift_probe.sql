-- Does a trigger really advance updated_at? Asked of a temporary table that has this trigger and nothing else.
--   advances: past the start of the transaction, which is all that now() knows
--   shields: also where the client sends a value of its own
--   never_back: not even if the stored value is ahead of the clock
--   complete: no row is left out, however old it is
WITH changed AS (
  UPDATE pg_temp.parity_probe
  SET updated_at = CASE place WHEN 2 THEN timestamptz '2001-01-01 00:00+00' ELSE updated_at END
  RETURNING place, updated_at, clock_timestamp() AS seen_at
)
SELECT
  bool_and(updated_at > now() AND updated_at <= seen_at) FILTER (WHERE place IN (1, 4, 5)) AS advances,
  bool_or(place = 2 AND updated_at > now() AND updated_at <= seen_at) AS shields,
  bool_or(place = 3 AND updated_at >= now() + interval '1 hour') AS never_back,
  count(*) = (SELECT count(*) FROM pg_temp.parity_probe) AS complete
FROM changed;
