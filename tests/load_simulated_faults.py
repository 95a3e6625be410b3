"""What can be wrong with one arm, put into recorded windows: as if a server or its gateway had it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from loadtests.records import EndpointRecord, Recording, WindowRecord
from loadtests.statistics.histograms import decode
from tests.load_model import encoded

__all__ = ["FAULTS", "Fault", "injected"]

_Change = Callable[[np.random.Generator, EndpointRecord, WindowRecord], EndpointRecord]
_STALL_EVERY_S = 10.0
_STALL_S = 1.0
_STALL_PHASE_S = 0.37
"""So that stalls do not begin with the windows."""


@dataclass(frozen=True)
class Fault:
    """It is on arm b: on one endpoint, or (`everywhere`) on all."""

    name: str
    change: _Change
    everywhere: bool = False
    extra_round_trips: int = 0


def _slower(_: np.random.Generator, record: EndpointRecord, __: WindowRecord) -> EndpointRecord:
    return _timed(record, 1.15 * _times(record))


def _tail(random: np.random.Generator, record: EndpointRecord, _: WindowRecord) -> EndpointRecord:
    times = _times(record)
    return _timed(record, times + np.where(random.random(times.size) < 0.05, 50_000.0, 0.0))


def _wrong(random: np.random.Generator, record: EndpointRecord, _: WindowRecord) -> EndpointRecord:
    number = int(random.binomial(record.sent, 0.01))
    if not number:
        return record
    return msgspec.structs.replace(record, errors={**record.errors, "status 500": number})


def _more_round_trips(random: np.random.Generator, record: EndpointRecord, _: WindowRecord) -> EndpointRecord:
    times = _times(record)
    return _timed(record, times + 1500.0 * np.exp(random.normal(0, 0.2, times.size)))


def _stalled(random: np.random.Generator, record: EndpointRecord, window: WindowRecord) -> EndpointRecord:
    times = _times(record)
    arrivals = window.begun_at + random.uniform(0, window.duration_s, times.size)
    into = (arrivals + _STALL_PHASE_S) % _STALL_EVERY_S
    return _timed(record, times + np.where(into < _STALL_S, 1e6 * (_STALL_S - into), 0.0))


FAULTS: tuple[Fault, ...] = (
    Fault("+15 % on one median", _slower),
    Fault("5 % of one endpoint + 50 ms", _tail),
    Fault("1 % wrong answers", _wrong),
    Fault("one more round trip", _more_round_trips, extra_round_trips=1),
    Fault("a stall of 1 s every 10 s", _stalled, everywhere=True),
)


def injected(recording: Recording, fault: Fault, endpoint: str, seed: int) -> Recording:
    """Return the recording as if arm b had had the fault, on one endpoint or on all."""
    random = np.random.default_rng(seed)
    windows = tuple(
        _changed(random, window, fault, endpoint) if window.arm == "b" else window
        for window in recording.windows
    )
    trips = {arm: dict(counts) for arm, counts in recording.round_trips.items()}
    if fault.extra_round_trips:
        trips["b"][endpoint] = tuple(count + fault.extra_round_trips for count in trips["b"][endpoint])
    return msgspec.structs.replace(recording, windows=windows, round_trips=trips)


def _changed(random: np.random.Generator, window: WindowRecord, fault: Fault, endpoint: str) -> WindowRecord:
    records: Mapping[str, EndpointRecord] = {
        name: fault.change(random, record, window) if fault.everywhere or name == endpoint else record
        for name, record in window.endpoints.items()
    }
    trips = window.round_trips
    if fault.extra_round_trips and trips is not None and endpoint in window.endpoints:
        trips += fault.extra_round_trips * window.endpoints[endpoint].sent
    return msgspec.structs.replace(window, endpoints=records, round_trips=trips)


def _times(record: EndpointRecord) -> NDArray[np.float64]:
    samples = decode(record.latency)
    return np.repeat(samples.values, samples.counts)


def _timed(record: EndpointRecord, times: NDArray[np.float64]) -> EndpointRecord:
    return msgspec.structs.replace(record, latency=encoded(times))
