"""What a load run recorded: per window and endpoint, whole histograms and no averages.

It is what the generator hands over, what baselines store (``parity-load/1``),
and all that statistics and reports read. Latencies count from the *intended*
start of a request, in whole microseconds; histograms are HdrHistograms in the
text form of that library (`EncodedHistogram`), so that those of several
workers add up to the one of the run.

The source of the method is G. Tene, "How NOT to measure latency" (2015), on
coordinated omission; the format is that of https://hdrhistogram.github.io/HdrHistogram/.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

__all__ = [
    "HIGHEST_US",
    "LOWEST_US",
    "SCHEMA",
    "SIGNIFICANT_DIGITS",
    "Arm",
    "EncodedHistogram",
    "EndpointRecord",
    "Fingerprint",
    "Load",
    "Recording",
    "WindowRecord",
]

SCHEMA = "parity-load/1"
LOWEST_US = 1
HIGHEST_US = 120_000_000
SIGNIFICANT_DIGITS = 3

Arm = Literal["a", "b"]
"""Which server of a comparison: ``a`` is what is compared with; a single run has only ``a``."""
EncodedHistogram = str
"""`hdrh.histogram.HdrHistogram(LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS).encode()`, as ASCII text."""


class EndpointRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint in one window."""

    requests: int
    """Requests with their intended start in the measured part, and that ended, errors included."""
    in_borders: int = 0
    """Further requests, intended to start in the borders: checked and counted, but in no histogram."""
    errors: Mapping[str, int]
    """What was wrong (status, shape, meaning, connection, timeout), in words, and how often; among the
    requests of the borders, too: the share of errors is over ``requests + in_borders``."""
    latency: EncodedHistogram
    """Microseconds from the intended start to the last byte, wrong answers included."""
    service: EncodedHistogram
    """Microseconds from the real start: what a closed loop would report."""

    @property
    def sent(self) -> int:
        """All that ended, borders included: what the gateway's counter is compared with."""
        return self.requests + self.in_borders


class WindowRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One window: a stretch of time in which one arm gets all the traffic."""

    round: int
    index: int
    """Within the round, counted from 0, in the order in which the windows ran."""
    arm: Arm
    begun_at: float
    """Seconds since the epoch."""
    duration_s: float
    """Of the measured part: without the borders."""
    offered: int
    """Arrivals that the plan has in the measured part."""
    achieved: int
    """Of these, requests that were sent at most 0.1 s late and ended before their timeout: what was really
    put on the server."""
    lag: EncodedHistogram
    """Microseconds by which requests started late because of the generator itself, not of the server."""
    generator_cpu: float
    """Busiest worker's share of one core during the window, 0 to 1."""
    endpoints: Mapping[str, EndpointRecord]
    round_trips: int | None = None
    """Requests that the gateway counted during the window; None where there is no gateway to ask."""
    complete: bool = True
    """False for a window that an interruption cut short: nothing may be judged by it."""


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """What must be equal for two recordings to be comparable: any difference is a refusal that names it."""

    mode: str
    """``memory`` or ``supabase``, as ``/health`` said."""
    api: str
    """``reference``, or the name of the mapped application."""
    scenario: str
    """SHA-256 over the endpoints as mapped, their templates and the mix."""
    profile: str
    plan: str
    """SHA-256 over rate, windows, durations and the seed of the arrivals."""
    loop: str
    """``open`` or ``closed``."""
    schema_hash: str
    """Hash of the migrations; empty where it is not known."""
    region: str
    """As the user names the place; ``loopback`` for servers that the harness started."""
    versions: Mapping[str, str]
    """Of harness, locust, Python, Postgres, PostgREST, as far as known."""


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What was offered."""

    rate_per_s: float
    loop: Literal["open", "closed"]
    seed: int
    weights: Mapping[str, float]
    """Share of each endpoint in the arrivals; the sum is 1."""
    workers: int = 1
    """Generating processes."""


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run of one or two arms."""

    schema: Literal["parity-load/1"] = "parity-load/1"
    run_id: str
    begun_at: float
    ended_at: float
    load: Load
    fingerprints: Mapping[Arm, Fingerprint]
    windows: tuple[WindowRecord, ...]
    round_trips: Mapping[Arm, Mapping[str, tuple[int, ...]]] = {}
    """Per endpoint, what the gateway counted for each single execution of it."""
    complete: bool = True
    """False for what was there when the run was interrupted: never more than INVALID."""
    remarks: tuple[str, ...] = ()
    """What makes the run unfit, in sentences: an arm that was not proven, a warm-up that did not end."""
