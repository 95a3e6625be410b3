-- Ten minutes for another apply to end; a role's own statement_timeout would end the wait earlier.
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL lock_timeout = '600s';
