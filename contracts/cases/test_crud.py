"""Identity and CRUD: what is created can be read, changed and removed, and nothing else is touched."""

from typing import Any
from uuid import uuid4

import pytest

from contracts.builders import a_new, a_patch, changes, created
from contracts.case import needs, strict
from contracts.entities import MUTABLE, ROWS, each_entity, each_mutable_entity, mutable, repository
from contracts.expect import every, refused
from contracts.stored import expected_in_store, in_store
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import Conflict, InvalidValue
from harness.models import (
    AuditLog,
    Booking,
    Patch,
    ReconciliationJob,
    Row,
    SchedulingRequest,
    SyncJob,
    WebhookEvent,
    entity_of,
)

DEFAULTS: tuple[tuple[type[Row], dict[str, Any]], ...] = (
    (
        SchedulingRequest,
        {"calendar_provider": "microsoft_graph", "status": "pending", "needs_attention": False},
    ),
    (Booking, {"status": "confirmed"}),
    (AuditLog, {"payload": {}}),
    (SyncJob, {"attempts": 0, "max_attempts": 5, "status": "pending", "payload": {}}),
    (
        WebhookEvent,
        {"provider": "icims", "verified": False, "status": "received", "attempts": 0, "max_attempts": 3},
    ),
    (ReconciliationJob, {"status": "pending", "attempts": 0, "max_attempts": 3}),
)


@each_entity
def test_create_returns_what_was_given(store: Store, row: type[Row]) -> None:
    """A created row holds every value that it was given."""
    new = a_new(row, store)
    made = repository(store, row).create(new)
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in new.values.items()}
    assert {name: getattr(made, name) for name in given} == given


@pytest.mark.parametrize(("row", "defaults"), DEFAULTS, ids=[entity_of(row).table for row, _ in DEFAULTS])
def test_create_returns_the_defaults(store: Store, row: type[Row], defaults: dict[str, Any]) -> None:
    """A created row holds the schema's default in every column that has one and was left out."""
    made = created(row, store)
    assert {name: getattr(made, name) for name in defaults} == defaults


@each_entity
def test_create_leaves_the_other_columns_null(store: Store, row: type[Row]) -> None:
    """A nullable column that was left out is None."""
    made = created(row, store)
    nullable = [column.name for column in entity_of(row).columns if column.nullable]
    assert {name: getattr(made, name) for name in nullable} == dict.fromkeys(nullable)


@each_entity
def test_get_equals_created(store: Store, row: type[Row]) -> None:
    """What create returns is what get returns, column by column."""
    made = created(row, store)
    assert repository(store, row).get(made.id) == made


@each_entity
def test_list_holds_what_was_created(store: Store, row: type[Row]) -> None:
    """A list holds each created row, as create returned it."""
    first = created(row, store)
    second = created(row, store)
    rows = repository(store, row).list().rows
    assert sorted(rows, key=lambda item: item.id) == sorted([first, second], key=lambda item: item.id)


@each_entity
def test_stored_form_equals_created(subject: Subject, store: Store, row: type[Row]) -> None:
    """What create returns is what lies in the store, seen past the adapter."""
    made = created(row, store)
    assert in_store(subject, made) == expected_in_store(subject, made)


@each_entity
def test_created_row_is_seen_by_another_client(subject: Subject, store: Store, row: type[Row]) -> None:
    """A created row is there for every client at once."""
    made = created(row, store)
    with subject.another_client() as other:
        assert repository(other, row).get(made.id) == made


def test_chosen_ids_differ(store: Store) -> None:
    """Two rows that were created without an id get different ones."""
    with every() as about:
        for row in ROWS:
            with about(entity_of(row).table):
                assert created(row, store).id != created(row, store).id


@needs(Capability.CLIENT_IDS)
@each_entity
def test_client_chosen_id_is_kept(store: Store, row: type[Row]) -> None:
    """A row that is created with an id has this id."""
    id_ = uuid4()
    made = created(row, store, id=id_)
    assert made.id == id_
    assert repository(store, row).get(id_) == made


@needs(Capability.CLIENT_IDS)
@each_entity
def test_same_id_twice_is_a_conflict(subject: Subject, store: Store, row: type[Row]) -> None:
    """A second create with the same id is refused, and the first row stays as it was."""
    first = created(row, store)
    second = a_new(row, store, id=first.id)
    with refused(Conflict):
        repository(store, row).create(second)
    assert in_store(subject, first) == expected_in_store(subject, first)
    assert repository(store, row).count() == 1


@strict
@needs(Capability.CLIENT_IDS)
def test_same_id_twice_names_the_primary_key(store: Store) -> None:
    """The conflict of two rows with the same id names the primary key."""
    with every() as about:
        for row in ROWS:
            with about(entity_of(row).table):
                second = a_new(row, store, id=created(row, store).id)
                with refused(Conflict, f"{entity_of(row).table}_pkey"):
                    repository(store, row).create(second)


@each_mutable_entity
def test_partial_update_leaves_the_rest(subject: Subject, store: Store, row: type[Row]) -> None:
    """An update changes what it names and updated_at, and nothing else."""
    before = created(row, store)
    patch = a_patch(row)
    after = mutable(store, row).update(before.id, patch)
    expected = {name: getattr(before, name) for name in entity_of(row).by_name} | dict(patch.values)
    actual = {name: getattr(after, name) for name in entity_of(row).by_name}
    del expected["updated_at"], actual["updated_at"]
    assert actual == expected
    assert in_store(subject, after) == expected_in_store(subject, after)
    assert repository(store, row).get(before.id) == after


@each_mutable_entity
def test_update_leaves_other_rows(subject: Subject, store: Store, row: type[Row]) -> None:
    """An update of one row changes no other."""
    one, other = created(row, store), created(row, store)
    mutable(store, row).update(one.id, a_patch(row))
    assert in_store(subject, other) == expected_in_store(subject, other)


@each_mutable_entity
def test_delete_removes(subject: Subject, store: Store, row: type[Row]) -> None:
    """A deleted row is gone, the others stay, and deleting it again says False."""
    one, other = created(row, store), created(row, store)
    assert mutable(store, row).delete(one.id) is True
    assert repository(store, row).get(one.id) is None
    assert in_store(subject, one) is None
    assert in_store(subject, other) == expected_in_store(subject, other)
    assert mutable(store, row).delete(one.id) is False


def test_audit_logs_are_append_only(store: Store) -> None:
    """An audit entry can be created and read, and there is no operation that changes or removes one."""
    assert not hasattr(store.audit_logs, "update")
    assert not hasattr(store.audit_logs, "delete")


@strict
def test_empty_patch_is_refused(store: Store) -> None:
    """A patch that names nothing is a mistake of the caller, never a silent no-op."""
    with every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                made = created(row, store)
                with refused(InvalidValue, "patch"):
                    mutable(store, row).update(made.id, changes(row))
                assert repository(store, row).get(made.id) == made


@strict
@needs(Capability.PYTHON_VALUES)
def test_patch_of_another_entity_is_refused(store: Store) -> None:
    """A patch belongs to one entity."""
    with every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                made = created(row, store)
                other: Patch[Any] = a_patch(next(kind for kind in MUTABLE if kind is not row))
                with refused(InvalidValue, "patch"):
                    mutable(store, row).update(made.id, other)


@strict
def test_unknown_field_of_a_new_row_is_refused(store: Store) -> None:
    """A name that is no column is refused, not dropped."""
    with every() as about:
        for row in ROWS:
            with about(entity_of(row).table):
                with refused(InvalidValue, "favourite_colour"):
                    repository(store, row).create(a_new(row, store, favourite_colour="mauve"))
                assert repository(store, row).count() == 0


@strict
def test_unknown_field_of_a_patch_is_refused(store: Store) -> None:
    """A name that is no column is refused, not dropped, and the other changes of the patch are not made."""
    with every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                made = created(row, store)
                with refused(InvalidValue, "favourite_colour"):
                    mutable(store, row).update(
                        made.id, changes(row, **a_patch(row).values, favourite_colour="mauve")
                    )
                assert repository(store, row).get(made.id) == made


@strict
def test_id_cannot_be_patched(store: Store) -> None:
    """The id of a row is for ever."""
    with every() as about:
        for row in MUTABLE:
            with about(entity_of(row).table):
                made = created(row, store)
                with refused(InvalidValue, "id"):
                    mutable(store, row).update(made.id, changes(row, id=uuid4()))
                assert repository(store, row).get(made.id) == made
