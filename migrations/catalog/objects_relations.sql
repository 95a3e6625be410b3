-- Tables, views and sequences of a schema. What only tunes them, as a fill factor does, is left out.
SELECT
  CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
  c.oid::regclass::text AS relation,
  pg_catalog.quote_ident(c.relname) AS name,
  pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'kind', CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' END,
    'persistence', CASE c.relpersistence WHEN 'p' THEN 'logged' ELSE 'unlogged' END,
    'row level security', CASE
      WHEN c.relkind NOT IN ('r', 'p') THEN NULL
      WHEN c.relrowsecurity AND c.relforcerowsecurity THEN 'enabled and forced'
      WHEN c.relrowsecurity THEN 'enabled'
      ELSE 'disabled'
    END,
    'autovacuum', CASE WHEN c.relkind IN ('r', 'm') THEN CASE WHEN EXISTS (
      SELECT FROM pg_catalog.pg_options_to_table(c.reloptions)
      WHERE option_name = 'autovacuum_enabled' AND NOT option_value::boolean
    ) THEN 'off' ELSE 'on' END END,
    -- Without an identity, rows of a published table cannot be updated.
    'replica identity', CASE WHEN c.relkind IN ('r', 'p') THEN
      CASE c.relreplident WHEN 'n' THEN 'none' ELSE 'there' END
    END,
    'options', CASE WHEN c.relkind = 'v' THEN (
      SELECT pg_catalog.string_agg(option, ', ' ORDER BY option) FROM pg_catalog.unnest(c.reloptions) AS option
    ) END,
    'parents', (
      SELECT pg_catalog.string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno)
      FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = c.oid
    ),
    -- Partitions come and go with time.
    'children', CASE WHEN c.relkind = 'r' THEN coalesce((
      SELECT pg_catalog.string_agg(i.inhrelid::regclass::text, ', ' ORDER BY i.inhrelid::regclass::text)
      FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = c.oid
    ), 'none') END,
    'query', CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END,
    'numbers', (
      SELECT pg_catalog.format(
        '%%s from %%s by %%s between %%s and %%s%%s', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
        CASE WHEN s.seqcycle THEN ', in a cycle' ELSE '' END
      )
      FROM pg_catalog.pg_sequence AS s WHERE s.seqrelid = c.oid
    )
  )) AS aspects,
  '{}'::text[] AS parts,
  NULL::text AS made_by
FROM pg_catalog.pg_class AS c
WHERE c.relnamespace = %(namespace)s::oid AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
ORDER BY c.relname;
