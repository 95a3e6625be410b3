"""A Supabase-shaped stack: Postgres, PostgREST and the gateway in front of it."""
