"""The closed loop: each user waits for its answer, thinks, and asks again."""

import contextlib

from loadtests.errors import LoadError
from loadtests.generation.alarm import Alarm
from loadtests.generation.arrivals import Sequence, closed_sequences
from loadtests.generation.sender import Sender

__all__ = ["send_closed"]


def send_closed(sender: Sender) -> None:
    """Send a stretch, and return when everything has ended. Raises LoadError."""
    stretch = sender.stretch
    drawn = [
        closed_sequences(stretch.plan, window, stretch.worker, stretch.workers) for window in stretch.windows
    ]
    with contextlib.closing(Alarm()) as alarm, sender.running():
        for sequences in zip(*drawn, strict=True):
            sender.go(_user, sender, sequences)
        for window in stretch.windows:
            with sender.window(window) as begin:
                sender.wait(alarm, begin + window.duration_s)
            if sender.cancelled.set:
                break
        sender.drain()


def _user(sender: Sender, sequences: tuple[Sequence, ...]) -> None:
    with contextlib.closing(Alarm()) as alarm:
        sender.wait(alarm, 0.0)
        for window, sequence in zip(sender.stretch.windows, sequences, strict=True):
            end = sender.stretch.begin(window) + window.duration_s
            for endpoint, think in zip(sequence.endpoints.tolist(), sequence.thinks_s.tolist(), strict=True):
                call = sender.make(endpoint)
                due = sender.now() + think
                sender.wait(alarm, min(due, end))
                if due >= end or sender.cancelled.set:
                    break
                sender.send(sender.ledger.open(window.index, endpoint, due), call)
            else:
                if sender.now() < end:
                    most = sender.stretch.plan.rate_per_s
                    raise LoadError(
                        f"the users of the closed loop asked more than {most:g} times a second, for which "
                        "calls were prepared: give the plan a higher rate_per_s"
                    )
