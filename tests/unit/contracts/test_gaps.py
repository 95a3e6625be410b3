"""What a partial adapter lacks is never passed over: a case is exempt by an accepted gap, or unchecked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from contracts.events import Begun, CaseInfo, Collected, Ended, Event, Finished, Opened, Problem
from contracts.gaps import Accepted, State
from contracts.judgement import Judgement, Kind, judge
from contracts.manifest import Entry
from contracts.outcome import covered, findings
from contracts.report.gaps import toml
from contracts.report.summary import Facts, last_line, summary
from harness.models.operations import required
from harness.models.outcome import Status
from harness.models.verdict import ACCEPTED_LEVEL, ADVICE_LEVEL, UNCHECKED_LEVEL
from harness.settings.gaps import Gap

PACKAGES = ("/c", "/h")
TODAY = date(2026, 7, 1)
OP = "claimSyncJobs"
GAP = Gap(operation=OP, reason="no worker yet", owner="ops", expires=date(2026, 12, 31))
ACCEPTED = Accepted(gaps=(GAP,), today=TODAY)
EXPIRED = replace(ACCEPTED, today=date(2027, 1, 1))
NOTHING = Accepted(today=TODAY)
WHOLE = tuple(required())
PARTIAL = tuple(name for name in WHOLE if name != OP)
READS = Entry(id="crud.reads", level="core", needs=(), heading="")
CLAIMS = Entry(id="queues.claims", level="core", needs=(), heading="")
PASSED = Finished(
    worker="gw0",
    adapter="bridge",
    case=READS.id,
    level="core",
    proves="",
    phases={"setup": "passed", "call": "passed", "teardown": "passed"},
    steps=2,
    operations=(),
)
PROBLEM = Problem(divergence=True, expected="1", actual="2", message="m", where="x.py:1", traceback="")
LACKS = replace(PASSED, case=CLAIMS.id, lacks=(OP,), problem=replace(PROBLEM, divergence=False))
FACTS = Facts(level="core", seed=1, workers=2, duration_s=1.0, target={}, migrations_hash=None, today=TODAY)


def opened(operations: tuple[str, ...] | None, worker: str = "gw0") -> Opened:
    return Opened(worker=worker, adapter="bridge", capabilities=(), seconds=0.1, operations=operations)


def judged(
    *events: Event,
    accepted: Accepted = ACCEPTED,
    announced: Sequence[tuple[str, ...] | None] = (PARTIAL,),
) -> Judgement:
    entries = (READS, CLAIMS)
    infos = tuple(
        CaseInfo(id=one.id, adapter="bridge", level="core", needs=(), heading="", where="") for one in entries
    )
    workers = [opened(operations, f"gw{number}") for number, operations in enumerate(announced)]
    everything = [Begun(packages=PACKAGES), Collected(worker="gw0", cases=infos), *workers, *events]
    return judge(
        entries, ["bridge"], [*everything, Ended(exit_status=1)], packages=PACKAGES, accepted=accepted
    )


def test_case_is_exempt_by_a_gap_in_force() -> None:
    judgement = judged(PASSED, LACKS)
    assert judgement.status is Status.PASSED
    assert [result.kind for result in judgement.results] == [Kind.PASSED, Kind.EXEMPT]
    assert judgement.results[1].reason == "gap:claimSyncJobs"
    (lack,) = judgement.lacks
    assert (lack.state, lack.gap, lack.blocked) == (State.ACCEPTED, GAP, {"bridge": 1})
    (finding,) = findings(judgement)
    assert (finding.id, finding.level) == ("gap.claimSyncJobs", ACCEPTED_LEVEL)
    assert finding.message == "claimSyncJobs until 2026-12-31, ops: no worker yet"
    text = summary(judgement, FACTS)
    assert "exempt 1 (accepted gap claimSyncJobs: 1)" in text
    assert "accepted    claimSyncJobs until 2026-12-31, ops: no worker yet (1 case of bridge)" in text


@pytest.mark.parametrize("accepted", [NOTHING, EXPIRED])
def test_case_is_unchecked_without_one(accepted: Accepted) -> None:
    judgement = judged(PASSED, LACKS, accepted=accepted)
    assert judgement.status is Status.UNCHECKED
    assert judgement.results[1].reason == "lacks operation claimSyncJobs"
    assert {finding.level for finding in findings(judgement)} == {UNCHECKED_LEVEL}
    assert "gap.claimSyncJobs" in {finding.id for finding in findings(judgement)}


def test_missing_operation_is_named_with_the_lines_that_accept_it() -> None:
    judgement = judged(PASSED, LACKS, accepted=NOTHING)
    assert last_line(judgement) == (
        "COULD NOT CHECK: The adapter lacks claimSyncJobs (1 case): implement what is missing, or accept it "
        "in parity.toml with [[gaps]]."
    )
    text = summary(judgement, FACTS)
    assert "missing     claimSyncJobs is not announced, and no gap accepts that (1 case of bridge)" in text
    assert "\n    ".join(["", *toml([OP], TODAY)]) in text
    assert toml([OP], TODAY)[-1] == "expires = 2026-09-29"


def test_expired_gap_is_named_with_its_day() -> None:
    judgement = judged(PASSED, LACKS, accepted=EXPIRED)
    assert "Accepted gaps expired: claimSyncJobs (1 case) on 2026-12-31." in last_line(judgement)
    assert "expired     claimSyncJobs expired on 2026-12-31, ops: no worker yet" in summary(judgement, FACTS)


def test_gap_ends_after_its_last_day() -> None:
    last = replace(ACCEPTED, today=GAP.expires)
    assert judged(PASSED, LACKS, accepted=last).status is Status.PASSED


def test_operation_that_no_case_called_is_missing_as_well() -> None:
    judgement = judged(PASSED, replace(PASSED, case=CLAIMS.id), accepted=NOTHING)
    assert judgement.status is Status.UNCHECKED
    assert "claimSyncJobs (0 cases)" in last_line(judgement)


def test_gap_that_works_is_told_and_excuses_nothing() -> None:
    judgement = judged(PASSED, replace(PASSED, case=CLAIMS.id), announced=[WHOLE])
    assert judgement.status is Status.PASSED
    (finding,) = findings(judgement)
    assert (finding.id, finding.level) == ("gap.claimSyncJobs", ADVICE_LEVEL)
    assert "remove the gap" in finding.message


def test_case_that_does_not_find_what_was_announced_is_unchecked() -> None:
    judgement = judged(PASSED, LACKS, announced=[WHOLE])
    assert judgement.status is Status.UNCHECKED
    assert "did not find operation claimSyncJobs, although the adapter announced it" in last_line(judgement)


def test_adapter_that_announces_less_to_some_workers_is_unchecked() -> None:
    judgement = judged(PASSED, LACKS, announced=[WHOLE, PARTIAL])
    assert judgement.status is Status.UNCHECKED
    assert judgement.reasons[0].startswith("bridge announced claimSyncJobs to some workers and not to others")
    assert "although the adapter announced it" in judgement.results[1].reason


def test_one_gap_does_not_excuse_another_operation() -> None:
    both = replace(LACKS, lacks=(OP, "failSyncJob"))
    fewer = tuple(name for name in PARTIAL if name != "failSyncJob")
    judgement = judged(PASSED, both, announced=[fewer])
    assert judgement.results[1].reason == "lacks operation failSyncJob"
    assert judgement.status is Status.UNCHECKED


def test_store_that_announces_nothing_at_all_may_not_lack_anything() -> None:
    judgement = judged(PASSED, LACKS, announced=[None])
    assert judgement.results[1].kind is Kind.UNCHECKED
    assert judgement.lacks == ()


def test_what_a_case_makes_of_a_missing_operation_is_no_divergence() -> None:
    swallowed = replace(LACKS, problem=PROBLEM)
    assert judged(PASSED, swallowed, accepted=NOTHING).status is Status.UNCHECKED
    assert judged(PASSED, swallowed).results[1].kind is Kind.EXEMPT
    assert judged(PASSED, replace(LACKS, problem=None)).results[1].kind is Kind.EXEMPT


def test_divergence_of_another_case_is_one() -> None:
    assert judged(replace(PASSED, problem=PROBLEM), LACKS).status is Status.FAILED


def test_servers_that_are_down_excuse_the_gap() -> None:
    judgement = judged(PASSED, replace(LACKS, down="Postgres is gone"))
    assert judgement.results[1].reason == "Postgres is gone"
    assert judgement.status is Status.UNCHECKED


def test_gaps_alone_are_no_parity() -> None:
    everything = Accepted(gaps=tuple(replace(GAP, operation=name) for name in WHOLE), today=TODAY)
    reads = replace(LACKS, case=READS.id, lacks=("getBooking",))
    judgement = judged(reads, LACKS, accepted=everything, announced=[("__reset",)])
    assert {result.kind for result in judgement.results} == {Kind.EXEMPT}
    assert judgement.status is Status.UNCHECKED


def test_adapter_without_any_needed_operation_is_unchecked() -> None:
    everything = Accepted(gaps=tuple(replace(GAP, operation=name) for name in WHOLE), today=TODAY)
    judgement = judged(PASSED, LACKS, accepted=everything, announced=[("countBookings",)])
    assert [result.kind for result in judgement.results] == [Kind.PASSED, Kind.EXEMPT]
    assert judgement.status is Status.UNCHECKED
    assert "bridge announced no operation that is needed" in last_line(judgement)


def test_what_is_covered_is_counted() -> None:
    assert covered(judged(PASSED, LACKS)) == {"operations": f"{len(WHOLE) - 1} of {len(WHOLE)}"}
    assert covered(judged(PASSED, announced=[WHOLE, PARTIAL])) == covered(judged(PASSED, LACKS))
    assert covered(judged(PASSED, announced=[None])) == {}


def test_many_missing_operations_are_named_in_short() -> None:
    judgement = judged(PASSED, LACKS, accepted=NOTHING, announced=[("getBooking",)])
    assert f"and {len(WHOLE) - 6} more: implement" in last_line(judgement)
    assert "operations = [" in summary(judgement, FACTS)
