"""What the three queues share."""

from typing import Literal

from harness.models.description import Check

__all__ = ["EntityType", "attempts_within_bounds"]

EntityType = Literal["scheduling_request", "booking"]


def attempts_within_bounds(table: str) -> tuple[Check, ...]:
    """A job may be tried at least once, and never more often than it allows."""
    return (
        Check(
            f"{table}_attempts_bounds",
            "attempts >= 0 AND attempts <= max_attempts",
            lambda row: 0 <= row["attempts"] <= row["max_attempts"],
        ),
        Check(f"{table}_max_attempts_positive", "max_attempts > 0", lambda row: row["max_attempts"] > 0),
    )
