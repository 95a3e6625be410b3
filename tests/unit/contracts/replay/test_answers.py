"""Answers of two stores that chose ids and times by themselves."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.replay.answers import Answers
from contracts.replay.differences import Difference, Part, outline, same_json
from contracts.replay.lines import Call, Failure
from contracts.replay.moments import Around
from contracts.replay.times import Span, Ticks, Times, iso
from contracts.replay.translation import Translation
from harness.models.operations import OPERATIONS

START, NOW = 1_000_000_000_000_000, 2_000_000_000_000_000
AROUND = Around(recorded=Span(START, START + 500), replayed=Span(NOW, NOW + 500), begun=(START, NOW))


def id_(number: int, side: int = 1) -> str:
    return f"{side:08d}-0000-4000-8000-{number:012d}"


def entry(number: int, side: int, at: int, **changes: Any) -> dict[str, Any]:
    """Return an audit entry as one side made it."""
    row: dict[str, Any] = {
        "id": id_(number, side),
        "requestId": None,
        "bookingId": None,
        "action": f"action {number}",
        "actorType": "system",
        "actorId": None,
        "payload": {},
        "createdAt": iso((START if side == 1 else NOW) + at),
    }
    return {**row, **changes}


class Side:
    """Compares answers about audit entries."""

    def __init__(self, *, recorded: int = 1, replayed: int = 1, strict: bool = True) -> None:
        self.translation = Translation(Times(Ticks(recorded=recorded, replayed=replayed)))
        self.answers = Answers(self.translation, strict=strict, doubles=None)

    def of(
        self, operation: str, args: list[Any], recorded: Any, replayed: Any, around: Around = AROUND
    ) -> tuple[Difference, ...]:
        call = Call(
            n=1,
            line=2,
            operation=OPERATIONS[operation],
            args=args,
            started_ns=0,
            ended_ns=1,
            result=None if isinstance(recorded, Failure) else recorded,
            error=recorded if isinstance(recorded, Failure) else None,
        )
        failed = isinstance(replayed, Failure)
        return self.answers.compare(
            call, args, None if failed else replayed, replayed if failed else None, around
        )

    def listed(self, recorded: list[Any], replayed: list[Any], **asked: Any) -> list[Part]:
        one, other = ({"rows": rows, "nextCursor": None} for rows in (recorded, replayed))
        args = [{"where": [], "limit": 10, **asked}]
        return [found.part for found in self.of("listAuditLogs", args, one, other)]


def test_rows_with_other_ids_in_the_same_order() -> None:
    recorded = [entry(number, 1, number) for number in range(3)]
    replayed = [entry(number, 2, number * 7) for number in range(3)]
    side = Side()
    assert side.listed(recorded, replayed) == []
    assert side.translation.text(id_(2)) == id_(2, 2)
    assert side.listed(recorded, replayed) == []


def test_rows_in_another_order() -> None:
    recorded = [entry(number, 1, number) for number in range(3)]
    replayed = [entry(number, 2, number) for number in (1, 0, 2)]
    assert Part.ORDER in Side().listed(recorded, replayed)


@pytest.mark.parametrize("tied", [1, 2])
def test_ties_are_sets(tied: int) -> None:
    def at(number: int, side: int) -> int:
        return 0 if side == tied else number

    recorded = [entry(number, 1, at(number, 1)) for number in range(3)]
    replayed = [entry(number, 2, at(number, 2)) for number in (range(3) if tied == 1 else (2, 0, 1))]
    if tied == 1:
        replayed = [replayed[place] for place in (2, 0, 1)]
    assert Side().listed(recorded, replayed) == []


def test_milliseconds_make_ties() -> None:
    recorded = [entry(number, 1, number * 400 // 1000 * 1000) for number in range(2)]
    replayed = [entry(number, 2, number * 400) for number in (1, 0)]
    assert Side(recorded=1000).listed(recorded, replayed) == []


def test_ids_are_in_no_order() -> None:
    recorded = [entry(number, 1, number) for number in range(3)]
    replayed = [entry(number, 2, number) for number in (1, 2, 0)]
    assert Side().listed(recorded, replayed, order=[["id", "asc"]]) == []


@pytest.mark.parametrize(
    ("recorded", "replayed"),
    [((0, 1), (0,)), ((0,), (0, 1)), ((0, 1), (0, 0)), ((0, 0), (0, 1))],
)
def test_missing_and_additional_rows(recorded: tuple[int, ...], replayed: tuple[int, ...]) -> None:
    side = Side()
    side.listed(
        [entry(number, 1, number) for number in (0, 1)], [entry(number, 2, number) for number in (0, 1)]
    )
    found = side.listed([entry(number, 1, number) for number in recorded], [entry(n, 2, n) for n in replayed])
    assert Part.MEMBERS in found


def test_column_that_differs_is_named() -> None:
    (found,) = Side().of("getAuditLog", [id_(1)], entry(1, 1, 0), entry(1, 2, 0, payload={"a": [1, True]}))
    assert (found.part, found.level) == (Part.CELLS, "core")
    assert (found.expected, found.actual) == ("payload.a: absent", "payload.a: [1, True]")


def test_column_that_the_recorded_row_lacks_is_named() -> None:
    recorded = entry(1, 1, 0)
    del recorded["actorId"]
    (found,) = Side().of("getAuditLog", [id_(1)], recorded, entry(1, 2, 0))
    assert found.expected == "actorId: '(missing)'"


def test_column_that_no_table_has_counts_at_level_strict() -> None:
    recorded = entry(1, 1, 0, secretary="x")
    (found,) = Side().of("getAuditLog", [id_(1)], recorded, entry(1, 2, 0))
    assert (found.level, found.expected) == ("strict", "also secretary")
    assert Side(strict=False).of("getAuditLog", [id_(1)], recorded, entry(1, 2, 0)) == ()


def test_time_that_changed_although_it_did_not_in_the_recording() -> None:
    side = Side()
    assert side.of("getAuditLog", [id_(1)], entry(1, 1, 0), entry(1, 2, 0)) == ()
    (found,) = side.of("getAuditLog", [id_(1)], entry(1, 1, 0), entry(1, 2, 5))
    assert found.expected.endswith(", as before'")


def test_time_from_before_an_earlier_call() -> None:
    side = Side()
    around = replace(AROUND, writes=True)
    assert side.of("createAuditLog", [{}], entry(1, 1, 10), entry(1, 2, 10), around) == ()
    (found,) = side.of("createAuditLog", [{}], entry(2, 1, 20), entry(2, 2, 5), around)
    assert "which an earlier call was given" in found.expected
    overlapped = replace(around, overlapped=True)
    assert Side().of("createAuditLog", [{}], entry(2, 1, 20), entry(2, 2, 5), overlapped) == ()


def test_kinds_of_errors() -> None:
    side = Side()
    conflict = Failure(kind="conflict", subject="one", message="")
    assert side.of("createAuditLog", [{}], conflict, conflict) == ()
    (found,) = side.of("createAuditLog", [{}], conflict, replace(conflict, subject="two"))
    assert found.level == "strict"
    assert side.of("createAuditLog", [{}], replace(conflict, subject=None), conflict) == ()
    (found,) = side.of("createAuditLog", [{}], conflict, entry(1, 2, 0))
    assert (found.expected, found.actual) == ("an error of kind conflict on one", "a row of audit_logs")
    unexpected = Failure(kind="unexpected", subject=None, message="boom")
    (found,) = side.of("createAuditLog", [{}], unexpected, unexpected)
    assert found.part is Part.ERROR


@pytest.mark.parametrize(
    ("recorded", "replayed", "doubles", "same"),
    [
        (1, 1.0, None, True),
        (1, 1.0, False, False),
        (1e22, 10**22, None, True),
        (2**53, 2**53 + 1, None, False),
        (2**53, 2**53 + 1, True, True),
        (True, 1, None, False),
        (None, False, None, False),
        ({"a": 1, "b": [2]}, {"b": [2], "a": 1}, None, True),
        ({"a": 1}, {"a": 1, "b": None}, None, False),
        ([1, 2], [2, 1], None, False),
        ("1", 1, None, False),
        (10**400, 10**400 + 1, True, False),
    ],
)
def test_json_by_value(recorded: Any, replayed: Any, doubles: bool | None, same: bool) -> None:  # noqa: FBT001  # rows of a table
    assert same_json(recorded, replayed, doubles=doubles) is same


def test_outline_shows_no_texts() -> None:
    asked = {"where": [["candidateEmail", "eq", "ada@example.org"], ["status", "in", ["a", "b"]]], "limit": 3}
    assert outline(asked) == "{where [candidateEmail eq …, status in [2]], limit=3}"
    assert outline({"reqTitle": "x", "requestId": id_(1)}) == f"{{reqTitle, requestId={id_(1)}}}"
