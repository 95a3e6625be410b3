-- Building an index takes as long as it takes. Waiting for a lock does not: everyone who comes later queues behind
-- the waiter, and so the whole application would stand still.
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL lock_timeout = '30s';
