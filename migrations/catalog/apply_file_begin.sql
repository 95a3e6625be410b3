-- Waiting for a lock must end soon: everyone who comes later queues behind the waiter, and so the whole application
-- would stand still. How long a statement itself may take, the caller sets.
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL lock_timeout = '30s';
