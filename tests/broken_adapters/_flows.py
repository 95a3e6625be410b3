"""What the broken flows share."""

from collections.abc import Callable
from typing import Any

from ._helpers import Call, around


def slot(booking: Any) -> Any:
    """Write a slot as the history holds it."""
    times = {"scheduled_start": booking.scheduled_start, "scheduled_end": booking.scheduled_end}
    return {name: time.isoformat(timespec="microseconds") for name, time in times.items()}


def afterwards(store: Any, name: str, change: Callable[[Any], Any]) -> None:
    """Spoil what one flow left: `change` gets its booking, and may return another."""

    def flow(original: Call, *arguments: Any, **options: Any) -> Any:
        booking = original(*arguments, **options)
        return change(booking) or booking

    around(store, name, flow)
