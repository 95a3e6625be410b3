"""Load runs of the scheduler's API. Nothing registers a command here yet."""
