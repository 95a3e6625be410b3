"""The stack in containers: Postgres, and for each database a PostgREST and a gateway."""
