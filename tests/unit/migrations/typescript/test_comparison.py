"""Every way in which a types file can be wrong is found, and said."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from harness.models.outcome import Finding
from migrations.typescript.comparison import compare
from migrations.typescript.expected import choices
from migrations.typescript.reading import read_types_text
from migrations.typescript.sides import Report, Side, Sides, file_side, models_side

SCHEDULER = (Path(__file__).parent / "scheduler.ts").read_text()
BOOKINGS = SCHEDULER[SCHEDULER.index("      bookings: {") : SCHEDULER.index("      reconciliation_jobs: {")]


@cache
def side(text: str) -> Side:
    types = file_side(read_types_text(text, "the database"))
    return Side(name="the database", types=types, choices=choices())


def report(file: str, database: str = SCHEDULER, *, strict: bool = False) -> Report:
    sides = Sides(
        path="types.ts",
        file=file_side(read_types_text(file, "types.ts")),
        database=side(database),
        models=None if strict else models_side(),
    )
    return compare(sides, strict=strict)


def edited(old: str, new: str, *, count: int = -1) -> str:
    assert old in SCHEDULER
    return SCHEDULER.replace(old, new, count)


def ids(found: Report) -> list[str]:
    return [finding.id for finding in found.findings]


def only(found: Report) -> Finding:
    (finding,) = found.findings
    return finding


def test_the_generated_file_has_no_finding_and_everything_is_compared() -> None:
    found = report(SCHEDULER)
    assert (found.findings, found.notes) == ([], [])
    # 6 tables, 89 columns, 3 relationships and 16 functions.
    assert found.compared == 6 + 89 + 3 + 16


@pytest.mark.parametrize(
    ("old", "new", "expected", "actual"),
    [
        ("confirmed_at: string | null", "confirmed_at: string", "Row: string | null", "Row: string"),
        ("confirmed_at: string | null", "confirmed_at?: string | null", "Row: string | null", "(optional)"),
        (
            "confirmed_at: string | null",
            "confirmed_at: Date | null",
            "Row: string | null",
            "Row: Date | null",
        ),
        ("confirmed_at: string | null", "confirmed_at: any", "Row: string | null", "Row: any"),
        ("confirmed_at: string | null", "", "Row: string | null", "Row: absent"),
        ("confirmed_at: string | null", "confirmedAt: string | null", "Row: string | null", "Row: absent"),
        (
            "confirmed_at?: string | null",
            "confirmed_at?: string",
            "Insert: string | null (optional); Update: string | null (optional)",
            "Insert: string (optional); Update: string (optional)",
        ),
        (
            "confirmed_at?: string | null",
            "confirmed_at: string | null",
            "Insert: string | null (optional)",
            "Insert: string | null; Update: string | null",
        ),
    ],
)
def test_a_column_that_is_declared_in_another_way(old: str, new: str, expected: str, actual: str) -> None:
    found = report(SCHEDULER.replace(BOOKINGS, BOOKINGS.replace(old, new)))
    finding = next(one for one in found.findings if one.id == "types.bookings.confirmed_at")
    assert finding.level == "core"
    assert expected in finding.expected
    assert actual in finding.actual
    assert "harness schema types --out types.ts" in finding.message


def test_a_finding_names_file_line_and_column() -> None:
    text = SCHEDULER.replace(BOOKINGS, BOOKINGS.replace("booked_by: string", "booked_by: number", 1))
    line = next(n for n, line in enumerate(text.splitlines(), 1) if line.strip() == "booked_by: number")
    finding = only(report(text))
    assert finding.where == f"types.ts:{line}:11"
    assert finding.message.startswith(f"types.ts:{line}:11: column bookings.booked_by ")


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("attempts: number", "attempts: string", {"types.sync_jobs.attempts"}),
        (
            "needs_attention: boolean",
            "needs_attention: string",
            {"types.scheduling_requests.needs_attention"},
        ),
        (
            "interviewer_emails: string[]",
            "interviewer_emails: string",
            {"types.scheduling_requests.interviewer_emails"},
        ),
        (
            "payload: NonNullable<Json>",
            "payload: Json | null",
            {"types.audit_logs.payload", "types.sync_jobs.payload", "types.webhook_events.payload"},
        ),
        ("payload: NonNullable<Json>", "payload: unknown", {"types.audit_logs.payload"}),
        (
            'foreignKeyName: "bookings_request_id_fkey"',
            'foreignKeyName: "x"',
            {"types.bookings.x", "types.bookings.bookings_request_id_fkey"},
        ),
        ('columns: ["request_id"]', 'columns: ["id"]', {"types.bookings.bookings_request_id_fkey"}),
        (
            'referencedRelation: "bookings"',
            'referencedRelation: "sync_jobs"',
            {"types.audit_logs.audit_logs_booking_id_fkey"},
        ),
        ("isOneToOne: false", "isOneToOne: true", {"types.bookings.bookings_request_id_fkey"}),
        ("p_lease_s: number", "p_lease_s: string", {"types.Functions.claim_sync_jobs.p_lease_s"}),
        ("p_lease_s: number", "p_lease_s?: number", {"types.Functions.claim_sync_jobs.p_lease_s"}),
        ("p_retry_in_s: number", "p_retry: number", {"types.Functions.fail_sync_job"}),
        ("p_actor_id?: string", "", {"types.Functions.book.p_actor_id"}),
        ("is_new: boolean", "isNew: boolean", {"types.Functions.receive_webhook_event"}),
        ("ops_summary: {", "opsSummary: {", {"types.Functions.ops_summary"}),
        ("      reconciliation_jobs: {", "      jobs: {", {"types.reconciliation_jobs"}),
    ],
)
def test_what_else_can_be_wrong(old: str, new: str, names: set[str]) -> None:
    assert names <= set(ids(report(edited(old, new))))


def test_an_extra_column_is_found_in_each_role() -> None:
    for role in ("Row", "Insert", "Update"):
        old = BOOKINGS[BOOKINGS.index(f"{role}: {{") :]
        text = SCHEDULER.replace(old, old.replace("{", "{ extra?: number;", 1))
        finding = only(report(text))
        assert (finding.id, finding.expected) == ("types.bookings.extra", f"{role}: absent")
        assert finding.actual == f"{role}: number (optional)"


@pytest.mark.parametrize("role", ["Row", "Insert", "Update"])
def test_a_table_without_a_role_is_no_table_for_the_client(role: str) -> None:
    finding = only(report(SCHEDULER.replace(BOOKINGS, BOOKINGS.replace(f"{role}: {{", f"{role}s: {{"))))
    assert (finding.id, finding.actual) == (f"types.bookings.{role}", f"{role}: absent")


def test_a_role_that_takes_nothing_lacks_every_column() -> None:
    start, end = BOOKINGS.index("        Update: {"), BOOKINGS.index("        Relationships: [")
    text = SCHEDULER.replace(BOOKINGS, BOOKINGS[:start] + "        Update: never\n" + BOOKINGS[end:])
    found = report(text)
    assert len(found.findings) == 15
    assert {finding.actual for finding in found.findings} == {"Update: absent"}


def test_a_table_under_views_is_at_the_wrong_place() -> None:
    text = SCHEDULER.replace(BOOKINGS, "").replace(
        "    Views: {\n      [_ in never]: never", f"    Views: {{\n{BOOKINGS}"
    )
    assert only(report(text)).actual == "under Views"


def test_the_models_and_the_database_are_two_sides() -> None:
    """The file is as the database is, and the database is not as the models say, and the reverse."""
    other = SCHEDULER.replace(BOOKINGS, BOOKINGS.replace("booked_by: string", "booked_by: number"))
    for file, database in ((other, other), (SCHEDULER, other)):
        finding = only(report(file, database))
        assert finding.id == "types.bookings.booked_by"
        assert "string (the models), number (the database)" in finding.expected
        assert "apply the migrations first" in finding.message


@pytest.mark.parametrize(
    ("first", "next_", "name"),
    [
        ("      cancel: {", "      claim_reconciliation_jobs: {", "types.Functions.cancel"),
        ("      reconciliation_jobs: {", "      scheduling_requests: {", "types.reconciliation_jobs"),
        (
            "          confirmed_at: string",
            "          icims_activity_id: string",
            "types.bookings.confirmed_at",
        ),
    ],
)
def test_what_only_the_database_lacks_is_said_of_it(first: str, next_: str, name: str) -> None:
    """The file is as the models say, and the database is not."""
    lacking = SCHEDULER.replace(SCHEDULER[SCHEDULER.index(first) : SCHEDULER.index(next_)], "", 1)
    assert name in ids(report(SCHEDULER, re.sub(r"SetofOptions: \{[^}]*\}", "", lacking)))


def test_a_relationship_that_only_the_database_lacks_is_said_of_it() -> None:
    keys = BOOKINGS[BOOKINGS.index("Relationships: [") : BOOKINGS.rindex("]") + 1]
    finding = only(
        report(SCHEDULER, SCHEDULER.replace(BOOKINGS, BOOKINGS.replace(keys, "Relationships: []")))
    )
    assert finding.id == "types.bookings.bookings_request_id_fkey"
    assert finding.expected.endswith("many to one (the models), absent (the database)")


def test_a_column_that_only_the_database_has_must_be_in_the_file() -> None:
    more = SCHEDULER.replace(BOOKINGS, BOOKINGS.replace("booked_by", "noted: string | null\nbooked_by"))
    assert report(more, more).findings == []
    assert ids(report(SCHEDULER, more)) == ["types.bookings.noted"]


OWN = "notes: { Row: { id: number }; Insert: { id?: number }; Update: { id?: number }; Relationships: [] }\n"
OWN_FUNCTION = "    Functions: {\n own: { Args: { a: string }; Returns: number }\n"


def with_own(text: str) -> str:
    return text.replace("    Tables: {\n", f"    Tables: {{\n {OWN}").replace(
        "    Functions: {\n", OWN_FUNCTION
    )


def test_what_the_models_do_not_know_is_compared_where_both_have_it() -> None:
    own = with_own(SCHEDULER)
    assert report(own, own).findings == []
    wrong = own.replace("Row: { id: number }", "Row: { id: string }").replace("a: string }", "a: number }")
    assert ids(report(wrong, own)) == ["types.notes.id", "types.Functions.own.a"]


def test_what_only_one_of_them_has_is_a_note() -> None:
    for file, database, said in (
        (with_own(SCHEDULER), SCHEDULER, "that the database does not have"),
        (SCHEDULER, with_own(SCHEDULER), "that the file does not declare"),
    ):
        found = report(file, database)
        assert found.findings == []
        assert found.notes == [f"tables or views {said}: notes", f"functions {said}: own"]


def test_strictly_what_only_one_of_them_has_is_a_finding() -> None:
    for file, database, actual in (
        (with_own(SCHEDULER), SCHEDULER, "declared"),
        (SCHEDULER, with_own(SCHEDULER), "absent"),
    ):
        found = report(file, database, strict=True)
        assert ids(found) == ["types.notes", "types.Functions.own"]
        assert {finding.actual for finding in found.findings} <= {actual, "missing", "Args: (a: string)"}


def with_status(union: str) -> str:
    """All of bookings: the table, and the rows that functions return."""
    rows = BOOKINGS.replace("status: string", f"status: {union}").replace(
        "status?: string", f"status?: {union}"
    )
    text = SCHEDULER.replace(BOOKINGS, rows)
    row = text[text.index("    Functions: {") :]
    for name in ("book", "cancel", "lock_active_booking", "reschedule"):
        old = row[row.index(f"      {name}: {{") :]
        row = row.replace(old, old.replace("status: string", f"status: {union}", 1))
    return text[: text.index("    Functions: {")] + row


@pytest.mark.parametrize(
    "union",
    ['"confirmed" | "rescheduled" | "cancelled"', '"cancelled" | \'confirmed\' | ("rescheduled")'],
)
def test_a_union_of_exactly_what_the_column_accepts_is_right(union: str) -> None:
    assert report(with_status(union)).findings == []


@pytest.mark.parametrize(
    "union",
    [
        '"confirmed" | "rescheduled"',
        '"confirmed" | "rescheduled" | "canceled"',
        '"confirmed" | "rescheduled" | "cancelled" | "new"',
        '"confirmed" | "rescheduled" | "cancelled" | null',
        '"confirmed" | "rescheduled" | "cancelled" | number',
        "number",
    ],
)
def test_any_other_union_is_wrong(union: str) -> None:
    finding = only(report(with_status(union)))  # once, though four functions return such rows
    assert finding.id == "types.bookings.status"
    assert '"confirmed" | "rescheduled" | "cancelled" is right too' in finding.expected


def test_a_row_that_only_a_function_declares_wrongly_is_found_there() -> None:
    start = SCHEDULER.index("      cancel: {")
    text = SCHEDULER[:start] + SCHEDULER[start:].replace("status: string", "status: number", 1)
    finding = only(report(text))
    assert (finding.id, finding.expected, finding.actual) == (
        "types.Functions.cancel",
        "Returns: { … status: string }",
        "Returns: { … status: number }",
    )


def test_a_text_that_is_not_one_of_a_few_is_no_union() -> None:
    text = SCHEDULER.replace(BOOKINGS, BOOKINGS.replace("booked_by: string", 'booked_by: "me" | "you"'))
    assert ids(report(text)) == ["types.bookings.booked_by"]


def test_sides_are_named_in_messages() -> None:
    sides = Sides(path="t.ts", file=side(SCHEDULER).types, database=side(SCHEDULER), models=models_side())
    assert sides.named == "the models and the database"
    assert replace(sides, models=None).named == "the database"
