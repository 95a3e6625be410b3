"""What a soak calls lost, doubled and wrong, from what was said and what is stored."""

from collections.abc import Mapping

import pytest

from tests.benchmarks.soak.account import Account, Verdict
from tests.benchmarks.soak.said import Outcome, Said
from tests.benchmarks.soak.stored import EFFECTS, Job, Stored

DONE, FOUND, UNKNOWN, UNAVAILABLE = Outcome.DONE, Outcome.FOUND, Outcome.UNKNOWN, Outcome.UNAVAILABLE
STALE, WRONG = Outcome.STALE, Outcome.WRONG
ONCE = ("open", "note", "enqueue", "book", "cancel")


def stored(
    counts: Mapping[tuple[str, str], int] | None = None,
    *,
    names: Mapping[str, str] | None = None,
    jobs: Mapping[tuple[str, str], Job] | None = None,
) -> Stored:
    return Stored(counts=counts or {}, names=names or {}, jobs=jobs or {})


def happened(what: str, times: int) -> Stored:
    return stored({(effect, "k"): times for effect in EFFECTS[what] if times})


def job(*, done: bool = True, failed: bool = False, attempts: int = 1, most: int = 3) -> Job:
    return Job(is_done=done, is_failed=failed, attempts=attempts, max_attempts=most)


def verdict(at_last: Stored, *said: Said) -> Verdict:
    return Account.of(said).held_to(at_last)


def told(what: str, *outcomes: Outcome) -> list[Said]:
    return [Said(what, "k", outcome, "id new") for outcome in outcomes]


def kinds(found: Verdict) -> str:
    """Name what was found: l, d and w for at least one lost, doubled or wrong."""
    return "".join("ldw"[at] for at, some in enumerate((found.lost, found.doubled, found.wrong)) if some)


@pytest.mark.parametrize("what", ONCE)
@pytest.mark.parametrize(
    ("outcomes", "times", "expected"),
    [
        ([DONE], 1, ""),
        ([DONE], 0, "l"),
        ([DONE], 2, "d"),
        ([DONE, DONE], 1, "d"),
        ([UNAVAILABLE], 0, ""),
        ([UNAVAILABLE], 1, "d"),
        ([UNAVAILABLE, DONE], 1, ""),
        ([UNKNOWN], 0, ""),
        ([UNKNOWN], 1, ""),
        ([UNKNOWN, FOUND], 1, ""),
        ([UNKNOWN, FOUND], 0, "l"),
        ([UNKNOWN, UNKNOWN, DONE], 2, "d"),
        ([], 1, "d"),
    ],
)
def test_a_call_that_happens_once(what: str, outcomes: list[Outcome], times: int, expected: str) -> None:
    assert kinds(verdict(happened(what, times), *told(what, *outcomes))) == expected


@pytest.mark.parametrize(
    ("outcomes", "times", "expected"),
    [
        ([DONE, DONE], 2, ""),
        ([DONE, DONE], 1, "l"),
        ([DONE], 2, "d"),
        ([UNKNOWN, DONE], 1, ""),
        ([UNKNOWN, DONE], 2, ""),
        ([UNKNOWN, DONE], 3, "d"),
        ([UNAVAILABLE, DONE], 2, "d"),
    ],
)
def test_a_call_that_happens_each_time(outcomes: list[Outcome], times: int, expected: str) -> None:
    assert kinds(verdict(happened("reschedule", times), *told("reschedule", *outcomes))) == expected


def test_a_flow_of_which_one_effect_is_missing() -> None:
    some = stored({("booking", "k"): 1, ("booked entry", "k"): 1})
    (sentence,) = verdict(some, *told("book", DONE)).lost
    assert sentence == "booked job k: 0 stored, 1 said"


@pytest.mark.parametrize(
    ("opened", "removed", "times", "expected"),
    [
        ([DONE], [DONE], 0, ""),
        ([DONE], [DONE], 1, "d"),
        ([UNKNOWN, DONE], [DONE], 1, ""),
        ([DONE], [UNKNOWN, FOUND], 0, ""),
        ([DONE], [UNKNOWN], 0, ""),
        ([DONE], [UNKNOWN], 1, ""),
        ([DONE], [UNAVAILABLE], 0, "l"),
    ],
)
def test_a_request_that_is_removed(
    opened: list[Outcome], removed: list[Outcome], times: int, expected: str
) -> None:
    said = [*told("open", *opened), *told("remove", *removed)]
    assert kinds(verdict(happened("open", times), *said)) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("last", ""), ("first", "l"), ("maybe", ""), ("never", "l"), (None, "")]
)
def test_the_name_that_was_written_last(name: str | None, expected: str) -> None:
    said = [
        Said("rename", "k", DONE, "first"),
        Said("rename", "k", UNKNOWN, "maybe"),
        Said("rename", "k", DONE, "last"),
    ]
    assert kinds(verdict(stored(names={} if name is None else {"k": name}), *said)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["a new"], ""),
        (["a new", "a known"], ""),
        (["a known"], "l"),
        (["a new", "a new"], "d"),
        (["a new", "b known"], "d"),
        (["?", "a known"], ""),
    ],
)
def test_what_is_told_of_an_event(said: list[str], expected: str) -> None:
    lines = [Said("deliver", "k", UNKNOWN if word == "?" else DONE, word) for word in said]
    assert kinds(verdict(happened("deliver", 1), *lines)) == expected


@pytest.mark.parametrize(
    ("claims", "attempts", "expected"),
    [
        (["1"], 1, ""),
        (["1", "2"], 2, ""),
        (["1", "1"], 2, "d"),
        (["1", "2"], 1, "l"),
        (["1"], 2, "d"),
        (["1", "?"], 2, ""),
    ],
)
def test_claims(claims: list[str], attempts: int, expected: str) -> None:
    said = [
        Said("claim sync_jobs", "", UNKNOWN) if claim == "?" else Said("claim sync_jobs", "k", DONE, claim)
        for claim in claims
    ]
    jobs = {("sync_jobs", "k"): job(attempts=attempts)}
    assert kinds(verdict(stored(jobs=jobs), *said)) == expected


@pytest.mark.parametrize(
    ("outcome", "at_last", "expected"),
    [
        (DONE, job(), ""),
        (DONE, job(attempts=2), "l"),
        (DONE, job(done=False, failed=True, most=1), "l"),
        (DONE, None, "l"),
        (STALE, job(attempts=2), ""),
        (STALE, job(), "l"),
        (STALE, job(done=False, failed=True, most=1), ""),
    ],
)
def test_completions(outcome: Outcome, at_last: Job | None, expected: str) -> None:
    said = [Said("claim sync_jobs", "", UNKNOWN), Said("complete sync_jobs", "k", outcome, "1")]
    jobs = {} if at_last is None else {("sync_jobs", "k"): at_last}
    assert kinds(verdict(stored(jobs=jobs), *said)) == expected


@pytest.mark.parametrize(
    ("at_last", "expected"),
    [
        (job(), ""),
        (job(done=False), "l"),
        (job(done=False, failed=True, attempts=3), ""),
        (job(done=False, failed=True, attempts=2), "l"),
    ],
)
def test_work_that_never_ends(at_last: Job, expected: str) -> None:
    said = Said("claim sync_jobs", "", UNKNOWN)
    assert kinds(verdict(stored(jobs={("sync_jobs", "k"): at_last}), said)) == expected


def test_what_nobody_should_be_told() -> None:
    found = verdict(stored(), Said("cancel", "k", WRONG, "UnexpectedResponse: what?"))
    assert found.wrong == ("cancel k: UnexpectedResponse: what?",)
    assert kinds(found) == "w"


@pytest.mark.parametrize("said", [Said("open", "k", DONE), Said("deliver", "é\n", UNKNOWN, 'a "quote"')])
def test_a_line_reads_as_it_was_written(said: Said) -> None:
    assert "\n" not in said.dumps()
    assert Said.loads(said.dumps()) == said
