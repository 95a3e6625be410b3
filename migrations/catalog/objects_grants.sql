-- What the roles of the API may do with each object, and with the objects that the owner of our tables makes later.
WITH acl (kind, object, entry, suffix, owner) AS (
  SELECT
    CASE c.relkind WHEN 'S' THEN 'sequence grant' ELSE 'table grant' END,
    c.oid::regclass::text,
    pg_catalog.aclexplode(coalesce(
      c.relacl, pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)
    )),
    '',
    NULL::oid
  FROM pg_catalog.pg_class AS c
  WHERE c.relnamespace = %(namespace)s::oid AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
  UNION ALL
  SELECT 'table grant', c.oid::regclass::text, pg_catalog.aclexplode(a.attacl), pg_catalog.format(' (%%I)', a.attname),
    NULL
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND NOT a.attisdropped
  WHERE c.relnamespace = %(namespace)s::oid AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
  UNION ALL
  SELECT
    'function grant',
    p.oid::regprocedure::text,
    pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))),
    '',
    NULL
  FROM pg_catalog.pg_proc AS p
  WHERE p.pronamespace = %(namespace)s::oid AND p.prokind IN ('f', 'p')
  UNION ALL
  SELECT
    'schema grant',
    pg_catalog.quote_ident(n.nspname),
    pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))),
    '',
    NULL
  FROM pg_catalog.pg_namespace AS n
  WHERE n.oid = %(namespace)s::oid
  UNION ALL
  SELECT
    'default grant',
    CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' ELSE 'TYPES' END
      || CASE d.defaclnamespace WHEN 0 THEN ' of every schema' ELSE '' END,
    entry,
    '',
    d.defaclrole
  FROM pg_catalog.pg_default_acl AS d
  CROSS JOIN pg_catalog.aclexplode(d.defaclacl) AS entry
  WHERE d.defaclnamespace IN (0, %(namespace)s::oid)
    AND d.defaclobjtype IN ('r', 'S', 'f', 'T')
    -- What Postgres gives to everybody unless told otherwise.
    AND NOT (d.defaclnamespace = 0 AND d.defaclobjtype IN ('f', 'T') AND entry.grantee = 0)
    AND d.defaclrole IN (
      SELECT c.relowner FROM pg_catalog.pg_class AS c
      WHERE c.relnamespace = %(namespace)s::oid AND c.relname = ANY (%(tables)s::text[])
    )
)
SELECT
  acl.kind,
  acl.object AS relation,
  coalesce(r.rolname, 'PUBLIC') AS name,
  -- Default privileges are those of what one role makes.
  pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'owner', pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(acl.owner)), ', ')
  )) AS aspects,
  pg_catalog.array_agg(DISTINCT (acl.entry).privilege_type || acl.suffix) AS parts,
  NULL::text AS made_by
FROM acl
LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = (acl.entry).grantee
WHERE (acl.entry).grantee = 0 OR r.rolname = ANY (%(roles)s::text[])
GROUP BY acl.kind, acl.object, coalesce(r.rolname, 'PUBLIC')
ORDER BY 1, 2, 3;
