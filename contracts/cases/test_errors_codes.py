"""Errors: each code of the server becomes the kind of error that says what the caller may do next."""

from collections.abc import Iterator
from contextlib import contextmanager

from contracts.builders import an_audit_log
from contracts.case import needs
from contracts.expect import Divergence, every
from contracts.subject import Subject
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import (
    Conflict,
    InvalidValue,
    MissingReference,
    NotFound,
    OutcomeUnknown,
    StoreError,
    Unauthorized,
    Unavailable,
    UnexpectedResponse,
)
from harness.models import AuditLog

SECRET = "tok-5d1f0c7e-do-not-log"  # noqa: S105 - what no message may repeat
SAFE_TO_REPEAT = {
    "40P01": "it was chosen to end a deadlock",
    "55P03": "a lock was not to be had in time",
    "57014": "the statement took too long",
    "57P01": "the server was shut down",
    "57P03": "the server is starting",
    "25006": "the server accepts no writes",
    "53300": "the server has too many connections",
    "53100": "the disk is full",
    "PT503": "the gateway says 503",
    "PT429": "the gateway says 429",
    "42P01": "a table is missing",
    "42883": "a function is missing",
    "42703": "a column is missing",
}
"""What says for certain that nothing was stored."""
KINDS: dict[str, type[StoreError]] = {
    **dict.fromkeys(SAFE_TO_REPEAT, Unavailable),
    "23505": Conflict,
    "23503": MissingReference,
    "23502": InvalidValue,
    "23514": InvalidValue,
    "22P02": InvalidValue,
    "22003": InvalidValue,
    "22023": InvalidValue,
    "54000": InvalidValue,
    "42501": Unauthorized,
    "PT401": Unauthorized,
    "PT403": Unauthorized,
    "PT404": NotFound,
    "PT409": Conflict,
    "XX000": OutcomeUnknown,
    "58030": OutcomeUnknown,
    "PT500": OutcomeUnknown,
    "PT504": OutcomeUnknown,
    "P0001": UnexpectedResponse,
    "PT418": UnexpectedResponse,
}
"""An error of the server that nobody foresaw says nothing about what was stored."""


@needs(Capability.SERVER)
def test_code_becomes_a_kind(subject: Subject, store: Store) -> None:
    """A refusal by the server has the kind of its code, stores nothing, and repeats nothing of the row."""
    with refusing_entries(subject), every() as about:
        for code, kind in KINDS.items():
            with about(code):
                error = raised(store, code)
                if type(error) is not kind:
                    raise Divergence(kind.kind, error.kind)
                assert SECRET not in f"{error} {error!r} {error.__cause__!r} {vars(error)!r}"
        with about("stored"):
            assert list(subject.stored_rows(AuditLog)) == []


def raised(store: Store, code: str) -> StoreError:
    """Create an audit entry that the server refuses with a code, and return the error."""
    try:
        store.audit_logs.create(an_audit_log(action=code, actor_id=SECRET))
    except StoreError as error:
        return error
    raise Divergence("a StoreError", "success")


@contextmanager
def refusing_entries(subject: Subject) -> Iterator[None]:
    """Make the server refuse each audit entry with the code that the entry names as its action."""
    with subject.connect() as session:
        session.execute(
            """
            CREATE FUNCTION public.parity_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              RAISE EXCEPTION USING
                ERRCODE = NEW.action, MESSAGE = NEW.actor_id, DETAIL = NEW.actor_id, HINT = NEW.actor_id;
            END; $$
            """
        )
        session.execute(
            "CREATE TRIGGER parity_refusal BEFORE INSERT ON public.audit_logs "
            "FOR EACH ROW EXECUTE FUNCTION public.parity_refusal()"
        )
        session.commit()
        try:
            yield
        finally:
            session.execute("DROP FUNCTION public.parity_refusal() CASCADE")
            # A case that fails leaves this block with a rollback.
            session.commit()
