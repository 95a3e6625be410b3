"""Another implementation of the scheduler's API: other paths, names and statuses, times in milliseconds."""
