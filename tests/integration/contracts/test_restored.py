"""What a case does to the schema is undone when the case fails, too: the next case is about itself."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from contracts.cases.test_errors_answers import dropping, replaced
from contracts.cases.test_errors_codes import refusing_entries
from contracts.cases.test_flows_refused import broken
from contracts.expect import Divergence
from contracts.held import paused
from contracts.subject import Subject
from contracts.subjects import SupabaseSubject
from harness.models import SyncJob
from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack

_TRIGGERS = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
_FUNCTIONS = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY oid"
CHANGES: dict[str, Callable[[Subject], AbstractContextManager[object]]] = {
    "dropping": lambda subject: dropping(subject, [SyncJob], "INSERT"),
    "replaced": lambda subject: replaced(subject, "cancel", "BEGIN RETURN NULL; END;"),
    "refusing_entries": refusing_entries,
    "broken": lambda subject: broken(subject, "sync_jobs", "BEFORE INSERT"),
    "paused": lambda subject: paused(subject, "sync_jobs", "AFTER INSERT ON {} FOR EACH STATEMENT"),
}


@pytest.fixture(scope="module")
def subject() -> Iterator[SupabaseSubject]:
    with EmbeddedStack.start(Settings.from_environ()) as stack:
        opened = SupabaseSubject.open(stack.record)
        try:
            yield opened
        finally:
            opened.close()


def schema(subject: Subject) -> list[Any]:
    with subject.connect() as session:
        return [*session.execute(_TRIGGERS).fetchall(), *session.execute(_FUNCTIONS).fetchall()]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_failing_case_leaves_the_schema_as_it_was(
    subject: SupabaseSubject, change: Callable[[Subject], AbstractContextManager[object]]
) -> None:
    before, during = schema(subject), []

    def fail() -> None:
        with change(subject):
            during.extend(schema(subject))
            raise Divergence("parity", "none")

    with pytest.raises(Divergence):
        fail()
    assert during != before
    assert schema(subject) == before
