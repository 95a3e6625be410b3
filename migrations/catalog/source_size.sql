SELECT coalesce(pg_catalog.sum(pg_catalog.pg_table_size(pg_catalog.format('public.%%I', name)::regclass)), 0)::bigint
FROM pg_catalog.unnest(%s::text[]) AS wanted (name)
