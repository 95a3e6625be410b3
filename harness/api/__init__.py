"""The reference HTTP API of the scheduler, on any Store."""
