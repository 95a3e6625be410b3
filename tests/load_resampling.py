"""Comparisons that could have been recorded: rounds of recorded ones, drawn again.

The block bootstrap: what depends on each other stays together, which is all that was recorded of the two
servers that were started for a round (B. Efron and R. Tibshirani, "An introduction to the bootstrap",
1993, section 8.6). Windows are not drawn again within a round: that would double the noise of a round.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from loadtests.records import Recording, WindowRecord

__all__ = ["resampled", "until"]

_OTHER: dict[str, Literal["a", "b"]] = {"a": "b", "b": "a"}


def resampled(recordings: Sequence[Recording], *, rounds: int, seed: int, swap: bool) -> Recording:
    """Draw so many rounds, each at most once while there are enough.

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
    for number, place in enumerate(random.choice(len(groups), size=rounds, replace=rounds > len(groups))):
        turned = swap and random.random() < 0.5
        windows += [
            msgspec.structs.replace(window, round=number, arm=_OTHER[window.arm] if turned else window.arm)
            for window in groups[int(place)]
        ]
    return msgspec.structs.replace(recordings[0], run_id=f"resampled-{seed}", windows=tuple(windows))


def until(recording: Recording, rounds: int) -> Recording:
    """What was there after so many rounds."""
    return msgspec.structs.replace(
        recording, windows=tuple(window for window in recording.windows if window.round < rounds)
    )
