"""Comparisons that could have been recorded: rounds and windows of recorded ones, drawn again.

The block bootstrap: windows stay whole, with all that depends on each other in them, and so do rounds, with
the servers that were started for them (B. Efron and R. Tibshirani, "An introduction to the bootstrap",
1993, section 8.6).
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from loadtests.records import Recording, WindowRecord

__all__ = ["resampled", "until"]

_OTHER: dict[str, Literal["a", "b"]] = {"a": "b", "b": "a"}


def resampled(recordings: Sequence[Recording], *, rounds: int, seed: int, swap: bool) -> Recording:
    """Draw so many rounds, and their windows in pairs of one of each arm.

    With `swap`, the arms of each round change places or not by chance: they are equal servers, so that
    the result is as likely as what was recorded, and no arm is slower in truth.
    """
    random = np.random.default_rng(seed)
    groups = [
        tuple(window for window in one.windows if window.round == number)
        for one in recordings
        for number in sorted({window.round for window in one.windows})
    ]
    windows: list[WindowRecord] = []
    for number in range(rounds):
        group = groups[int(random.integers(len(groups)))]
        arms = [[window for window in group if window.arm == arm] for arm in ("a", "b")]
        pairs = list(zip(*arms, strict=False))
        turned = swap and random.random() < 0.5
        drawn = [pairs[int(place)] for place in random.integers(len(pairs), size=len(pairs))]
        for index, window in enumerate(one for pair in drawn for one in pair):
            windows.append(
                msgspec.structs.replace(
                    window,
                    round=number,
                    index=index,
                    arm=_OTHER[window.arm] if turned else window.arm,
                    begun_at=float(len(windows)),
                )
            )
    return msgspec.structs.replace(recordings[0], run_id=f"resampled-{seed}", windows=tuple(windows))


def until(recording: Recording, rounds: int) -> Recording:
    """What was there after so many rounds."""
    return msgspec.structs.replace(
        recording, windows=tuple(window for window in recording.windows if window.round < rounds)
    )
