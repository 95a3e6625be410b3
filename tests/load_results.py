"""Results of load commands as they could have been, for what shows them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np
from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]  # it has no types

from harness.models.outcome import Subject
from loadtests.records import (
    HIGHEST_US,
    LOWEST_US,
    SIGNIFICANT_DIGITS,
    Arm,
    EndpointRecord,
    Fingerprint,
    Load,
    Recording,
    WindowRecord,
)
from loadtests.result import Result
from loadtests.verdicts import Judgement, Metric, Verdict

__all__ = ["ENDPOINTS", "histogram", "judged", "recording_of", "result_of"]

ENDPOINTS = (
    "create_request",
    "get_request",
    "list_requests",
    "update_request",
    "open_link",
    "book",
    "reschedule",
    "cancel",
    "get_booking",
    "receive_webhook",
    "redeliver_webhook",
    "claim_jobs",
    "complete_job",
    "fail_job",
    "ops_summary",
)
_BEGUN = 1_768_471_200.0
_MODES: tuple[tuple[Arm, str], ...] = (("a", "memory"), ("b", "supabase"))


def histogram(values_us: Iterable[float]) -> str:
    """Return the values in the text form of a recording."""
    made = HdrHistogram(LOWEST_US, HIGHEST_US, SIGNIFICANT_DIGITS)
    for value in values_us:
        made.record_value(max(int(value), LOWEST_US))
    return str(made.encode().decode("ascii"))


def recording_of(
    endpoints: Sequence[str] = ("book", "open_link"),
    *,
    rounds: int = 3,
    windows: int = 4,
    slow: float = 1.0,
    requests: int = 12,
    seed: int = 7,
) -> Recording:
    """Return a run of so many rounds and windows per round; `slow` is a factor on book in supabase."""
    random = np.random.default_rng(seed)
    made = []
    clock = _BEGUN
    for number in range(rounds):
        clock += 4
        for index in range(windows):
            arm: Arm = "b" if (index + index // 2) % 2 else "a"
            records = {
                name: _record(
                    random, _typical_us(arm, place) * (slow if (arm, name) == ("b", "book") else 1), requests
                )
                for place, name in enumerate(endpoints)
            }
            offered = requests * len(endpoints)
            made.append(
                WindowRecord(
                    round=number,
                    index=index,
                    arm=arm,
                    begun_at=clock,
                    duration_s=0.8,
                    offered=offered,
                    achieved=offered,
                    lag=histogram(random.exponential(300, offered)),
                    generator_cpu=float(random.uniform(0.2, 0.4)),
                    endpoints=records,
                    round_trips=None if arm == "a" else 3 * offered,
                )
            )
            clock += 1
    return Recording(
        run_id="0c5c2a7e",
        begun_at=_BEGUN,
        ended_at=clock,
        load=Load(
            rate_per_s=80, loop="open", seed=seed, weights={name: 1 / len(endpoints) for name in endpoints}
        ),
        fingerprints={arm: _fingerprint(mode) for arm, mode in _MODES},
        windows=tuple(made),
        round_trips={"b": dict.fromkeys(endpoints, (2, 2))},
    )


def judged(
    endpoint: str = "book",
    subject: str = "supabase - memory",
    metric: Metric = "p50",
    verdict: Verdict = Verdict.PASS,
    **changes: object,
) -> Judgement:
    """Return a judgement whose numbers are those of its verdict, where nothing else is said."""
    estimate, low, high = {
        Verdict.PASS: (5.0, 4.1, 5.9),
        Verdict.REGRESSED: (31.2, 28.9, 33.5),
        Verdict.INCONCLUSIVE: (7.6, 5.2, 10.1),
        Verdict.INVALID: (5.0, 4.1, 5.9),
    }[verdict]
    reason = {
        Verdict.PASS: "The whole interval is within the allowance.",
        Verdict.REGRESSED: "The whole interval is above the allowance: profile it in supabase.",
        Verdict.INCONCLUSIVE: "The interval reaches across the allowance: run 8 more rounds.",
        Verdict.INVALID: "The generator was 31 ms late: use a quieter machine, or a lower --rate.",
    }[verdict]
    made = Judgement(
        endpoint=endpoint,
        subject=subject,
        metric=metric,
        verdict=verdict,
        decides=True,
        unit="ms",
        allowed=8.0,
        estimate=estimate,
        low=low,
        high=high,
        rounds=8,
        samples=412,
        reason=reason,
    )
    return msgspec.convert(msgspec.to_builtins(made) | {"verdict": verdict.value} | changes, Judgement)


def result_of(*judgements: Judgement, recording: Recording | None = None, **changes: object) -> Result:
    """Return a result of these judgements, with the recording of a small run if none is given."""
    values: dict[str, object] = {
        "step": "load compare",
        "run_id": "0c5c2a7e",
        "started_at": datetime(2026, 1, 15, 10, 0, tzinfo=UTC),
        "duration_s": 125.0,
        "recording": recording if recording is not None else recording_of(),
        "judgements": judgements,
        "names": {"a": "memory", "b": "supabase"},
        "command": "harness load compare --profile ci --seed 7",
        "subject": Subject(
            harness={"version": "0.1.0"},
            target={"stack": "embedded", "postgres": "17.10", "postgrest": "12.0.2"},
            migrations_hash="0123456789abcdef",
        ),
    }
    return Result(**(values | changes))  # type: ignore[arg-type]  # by name, as above


def _typical_us(arm: Arm, place: int) -> float:
    return 900 + 150 * place if arm == "a" else 4500 + 800 * (place % 6)


def _record(random: np.random.Generator, typical_us: float, requests: int) -> EndpointRecord:
    service = random.lognormal(np.log(typical_us), 0.25, requests)
    tail = random.random(requests) < 0.03
    service = service + tail * random.exponential(3 * typical_us, requests)
    return EndpointRecord(
        requests=requests,
        errors={},
        latency=histogram(service + random.exponential(200, requests)),
        service=histogram(service),
    )


def _fingerprint(mode: str) -> Fingerprint:
    return Fingerprint(
        mode=mode,
        api="reference",
        scenario="1" * 64,
        profile="ci",
        plan="2" * 64,
        loop="open",
        schema_hash="0123456789abcdef",
        region="loopback",
        versions={"locust": "2.47"},
    )
