"""The stores behind one protocol: memory, and Supabase through PostgREST."""
