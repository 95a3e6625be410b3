-- What defines a view is its query.
SELECT
  'rule' AS kind,
  c.oid::regclass::text AS relation,
  pg_catalog.quote_ident(r.rulename) AS name,
  pg_catalog.jsonb_build_object('definition', pg_catalog.pg_get_ruledef(r.oid)) AS aspects,
  '{}'::text[] AS parts,
  NULL::text AS made_by
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_rewrite AS r ON r.ev_class = c.oid AND r.rulename <> '_RETURN'
WHERE c.relnamespace = %(namespace)s::oid
ORDER BY c.relname, r.rulename;
