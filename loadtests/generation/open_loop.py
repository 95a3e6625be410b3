"""The open loop: requests begin when they are due, however slow the server is."""

import contextlib

from loadtests.generation.alarm import Alarm
from loadtests.generation.arrivals import window_arrivals
from loadtests.generation.sender import Sender

__all__ = ["send_open"]


def send_open(sender: Sender) -> None:
    """Send a stretch, and return when everything has ended. Raises LoadError."""
    stretch, ledger = sender.stretch, sender.ledger
    # All are in the ledger before the first is sent: none can be forgotten, and it costs no time later.
    numbers: list[range] = []
    for window in stretch.windows:
        drawn = window_arrivals(stretch.plan, window, stretch.worker, stretch.workers)
        begin, first = stretch.begin(window), len(ledger.due)
        for offset, endpoint in zip(drawn.offsets_s.tolist(), drawn.endpoints.tolist(), strict=True):
            ledger.open(window.index, endpoint, begin + offset)
        numbers.append(range(first, len(ledger.due)))
    with contextlib.closing(Alarm()) as alarm, sender.running():
        for window, mine in zip(stretch.windows, numbers, strict=True):
            with sender.window(window) as begin:
                for number in mine:
                    call = sender.make(ledger.endpoint[number])
                    sender.wait(alarm, ledger.due[number])
                    if sender.cancelled.set:
                        break
                    sender.spawn(number, call)
                sender.wait(alarm, begin + window.duration_s)
            if sender.cancelled.set:
                break
        sender.drain()
