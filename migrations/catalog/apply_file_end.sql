-- What a file sets for its session must not reach the next one.
SET SESSION AUTHORIZATION DEFAULT;
RESET ROLE;
RESET ALL;
