"""Pure functions: intervals, tests and corrections, each with its source."""
