"""Adapters behind a bridge that are not whole: what they lack is exempt, unchecked or told, never passed."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.bridging import BridgeCommand
from contracts.gaps import Accepted, State
from contracts.judgement import Judgement, Kind
from contracts.manifest import Entry, Manifest
from contracts.plan import Adapter
from contracts.report.summary import last_line
from contracts.session import Request, run_contract
from harness.models.operations import required
from harness.models.outcome import Status
from harness.settings.gaps import Gap

PARTIAL = Path(__file__).parents[2] / "bridges" / "partial.py"
MISSING = "claimSyncJobs"
GAP = Gap(operation=MISSING, reason="later", owner="ops", expires=date(2026, 12, 31))
ACCEPTED = Accepted(gaps=(GAP,), today=date(2026, 7, 1))
CASES = """
from contracts.case import fault, needs
from contracts.expect import Divergence
from contracts.workers import started, together
from harness.errors import StoreError

def test_reads(store):
    assert store.bookings.count() == 0

def test_claims(store):
    assert store.sync_jobs.claim() == ()

def test_swallows(store):
    try:
        started(store.sync_jobs.claim).result(30)
    except Exception:
        pass
    assert store.bookings.count() == 0

def test_misreads(store):
    try:
        store.sync_jobs.claim()
    except Exception as error:
        raise Divergence("an answer", "none") from error

@fault
def test_breaks(store):
    store.sync_jobs.claim()

def test_reads_again(store):
    assert store.ops_summary().needs_attention == 0
"""
PARTLY = ("claims", "swallows", "misreads", "breaks")
WHOLLY = ("reads", "reads_again")


def adapter(*options: str) -> Adapter:
    words = " ".join(f"'{word}'" for word in (sys.executable, "-P", str(PARTIAL), *options))
    return BridgeCommand.of(f"exec {words}", "memory", Path.cwd()).adapter("partial")


def judged(tiny: Any, judged_as: Adapter, accepted: Accepted, *, workers: int = 1) -> Judgement:
    (tiny.cases / "test_x.py").write_text(CASES)
    entries = tuple(Entry(id=f"x.{name}", level="core", needs=(), heading="") for name in (*WHOLLY, *PARTLY))
    request = Request(
        adapters=(judged_as,),
        manifest=Manifest(entries),
        seed=1,
        workers=workers,
        cases=tiny.cases,
        accepted=accepted,
    )
    return run_contract(request).judgement


def kinds(judgement: Judgement) -> dict[str, tuple[Kind, str]]:
    return {result.entry.id.removeprefix("x."): (result.kind, result.reason) for result in judgement.results}


def test_what_calls_a_missing_operation_is_exempt_whatever_it_makes_of_that(tiny: Any) -> None:
    judgement = judged(tiny, adapter("--without", MISSING), ACCEPTED)
    assert judgement.status is Status.PASSED
    assert kinds(judgement) == {
        **dict.fromkeys(WHOLLY, (Kind.PASSED, "")),
        **dict.fromkeys(PARTLY, (Kind.EXEMPT, f"gap:{MISSING}")),
    }
    assert judgement.lacks[0].blocked == {"partial": len(PARTLY)}


def test_without_a_gap_it_is_unchecked(tiny: Any) -> None:
    judgement = judged(tiny, adapter("--without", MISSING), replace(ACCEPTED, today=date(2027, 1, 1)))
    assert judgement.status is Status.UNCHECKED
    assert kinds(judgement) == {
        **dict.fromkeys(WHOLLY, (Kind.PASSED, "")),
        **dict.fromkeys(PARTLY, (Kind.UNCHECKED, f"lacks operation {MISSING}")),
    }
    assert [lack.state for lack in judgement.lacks] == [State.EXPIRED]


def test_divergence_counts_beside_a_gap_that_works(tiny: Any) -> None:
    judgement = judged(tiny, adapter("--replace", '"needsAttention": 0', '"needsAttention": 1'), ACCEPTED)
    assert judgement.status is Status.FAILED
    assert kinds(judgement)["reads_again"][0] is Kind.FAILED
    assert [lack.state for lack in judgement.lacks] == [State.WORKS]


def test_adapter_that_has_less_in_another_worker_is_unchecked(tiny: Any, tmp_path: Path) -> None:
    dropping = adapter("--without-if", str(tmp_path / "started"), MISSING)
    judgement = judged(tiny, dropping, ACCEPTED, workers=2)
    assert judgement.status is Status.UNCHECKED
    assert f"announced {MISSING} to some workers and not to others" in judgement.reasons[0]
    assert Kind.EXEMPT not in {kind for kind, _ in kinds(judgement).values()}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--without", *required()), "announced no operation that is needed"),
        (("--announce",), "it announces no operation"),
        (("--announce", "creatBooking"), "'creatBooking', which is no operation"),
    ],
)
def test_adapter_that_announces_nothing_of_use_is_unchecked(
    tiny: Any, options: tuple[str, ...], said: str
) -> None:
    everything = replace(ACCEPTED, gaps=tuple(replace(GAP, operation=name) for name in required()))
    judgement = judged(tiny, adapter(*options), everything)
    assert judgement.status is Status.UNCHECKED
    assert said in last_line(judgement)
