-- Tables, whether row level security hides their rows from this role, and the privileges that it lacks on them.
SELECT name,
       row_security_active('public.' || name),
       ARRAY(
         SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
         WHERE NOT has_table_privilege('public.' || name, privilege)
       )
FROM unnest(%s::text[]) AS name
