"""Recordings as a run would make them, with what a test is about in its own words."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from loadtests.records import (
    HIGHEST_US,
    LOWEST_US,
    SIGNIFICANT_DIGITS,
    EndpointRecord,
    Fingerprint,
    Load,
    Recording,
    WindowRecord,
)

BEGUN_AT = 1_800_000_000.0


_HDRH: Any = import_module("hdrh.histogram")
"""Without types of its own."""


def histogram(values_us: Mapping[int, int]) -> str:
    """The text form of a histogram in which each value stands so often."""
    one = _HDRH.HdrHistogram(LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS)
    for value, count in values_us.items():
        one.record_value(value, count)
    text: bytes = one.encode()
    return text.decode("ascii")


def fingerprint(**changes: object) -> Fingerprint:
    """That of a run on staging."""
    fields: dict[str, object] = {
        "mode": "supabase",
        "api": "reference",
        "scenario": "5" * 64,
        "profile": "read-only",
        "plan": "9" * 64,
        "loop": "open",
        "schema_hash": "",
        "region": "eu-central-1",
        "versions": {"harness": "1", "locust": "2", "python": "3.11.0"},
        **changes,
    }
    return Fingerprint(**fields)  # type: ignore[arg-type]  # a test names only what it is about


def recording(
    run_id: str = "run-1",
    *,
    after_s: float = 0.0,
    latency_us: int = 2_000,
    requests: int = 400,
    lag_us: int = 100,
    window_count: int = 2,
    **changes: Any,
) -> Recording:
    """A run of windows in which each endpoint always took so long."""
    begun = BEGUN_AT + after_s
    each = {
        name: EndpointRecord(
            requests=requests,
            errors={},
            latency=histogram({value: requests}),
            service=histogram({value: requests}),
        )
        for name, value in {"get_request": latency_us, "health": 500}.items()
    }
    fields: dict[str, Any] = {
        "run_id": run_id,
        "begun_at": begun,
        "ended_at": begun + 10.0,
        "load": Load(
            rate_per_s=160.0, loop="open", seed=7, weights={"get_request": 0.5, "health": 0.5}, workers=1
        ),
        "fingerprints": {"a": fingerprint()},
        "windows": tuple(
            WindowRecord(
                round=0,
                index=index,
                arm="a",
                begun_at=begun + 5 * index,
                duration_s=5.0,
                offered=2 * requests,
                achieved=2 * requests,
                lag=histogram({lag_us: 2 * requests}),
                generator_cpu=0.2,
                endpoints=each,
            )
            for index in range(window_count)
        ),
        **changes,
    }
    return Recording(**fields)
