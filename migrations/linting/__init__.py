"""``harness schema lint``: what a migration would break, said before anybody applies it."""
