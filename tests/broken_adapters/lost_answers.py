"""Mistakes with writes whose answer was lost: told as undone or done, or repeated."""

from typing import Any
from uuid import uuid4

from contracts.selfcheck.wrapping import broken
from harness.adapters.protocol import Received
from harness.errors import Conflict, OutcomeUnknown, Unavailable

from ._helpers import Call, around, mutable, queues, replaced_values, repositories
from ._sending import Request, answered, instead, raised

LOST = "faults_writes.write[reset_after]"
LOST_HALF, LOST_OTHER_HALF = (f"faults_writes.write[status_{status}_after]" for status in (504, 502))
"""Two cases that take turns with the kinds of operations: each costs half of the one with all of them."""
RESENT = "jawah/urllib3.future#280: Non idempotent requests are resend after connection closed from server"
ALL_METHODS = "readthedocs/readthedocs.org#7383: method_whitelist=('GET', 'PUT', 'PATCH', 'POST')"
DUPLICATES = (
    "robusta-dev/robusta#1853: retrying may lead to duplicate inserts or unique constraint violations"
)
REJECTED = "e2b-dev/E2B#1378: bypasses the idempotency check"
AT_ONCE = "supabase/supabase-py#1064: We have added retry mechanism over certain calls"


def _resent(store: Any, *methods: str, paths: str = "") -> None:
    """Send again what was sent by one of these methods, and whose answer was lost."""

    def again(request: Request, error: OutcomeUnknown) -> Any:
        if request.method in methods and paths in request.path:
            return request.send()
        raise error

    instead(store, again, OutcomeUnknown)  # type: ignore[arg-type]  # it is called for these errors only


def _undone(targets: Any, *names: str) -> None:
    """Let methods say that nothing happened, where nobody knows."""

    def call(original: Call, *arguments: Any, **options: Any) -> Any:
        try:
            return original(*arguments, **options)
        except OutcomeUnknown as error:
            raise Unavailable("try again") from error

    for name in names:
        around(targets, name, call)


@broken(killer=LOST, source=RESENT, on="supabase")
def posts_are_sent_again(store: Any) -> None:
    """A POST whose answer was lost is sent again, with the same id: the caller hears of a conflict."""
    _resent(store, "POST")


@broken(killer=LOST_OTHER_HALF, source=ALL_METHODS, on="supabase")
def patches_are_sent_again(store: Any) -> None:
    """A PATCH whose answer was lost is sent again, over what others wrote meanwhile."""
    _resent(store, "PATCH")


@broken(killer=LOST_HALF, source="urllib3/urllib3#260: DELETE methods are safe to retry", on="supabase")
def deletes_are_sent_again(store: Any) -> None:
    """A DELETE whose answer was lost is sent again, and says that there was no row."""
    _resent(store, "DELETE")


@broken(killer="faults_writes.write[reset_before]", source=AT_ONCE, on="supabase")
def calls_are_sent_again(store: Any) -> None:
    """The call of a function whose answer was lost is sent again."""
    _resent(store, "POST", paths="rpc/")


@broken(killer=LOST_HALF, source=DUPLICATES, on="supabase")
def creates_are_repeated_with_a_new_id(store: Any) -> None:
    """A create whose answer was lost is repeated as another row."""

    def create(original: Call, new: Any) -> Any:
        return original(replaced_values(new, id=uuid4()))

    answered(repositories(store), "create", OutcomeUnknown, create)


@broken(killer=LOST_HALF, source=DUPLICATES, on="supabase")
def conflict_of_a_repetition_is_success(store: Any) -> None:
    """A create whose answer was lost is repeated; a conflict means that it worked, whatever is there."""

    def create(original: Call, new: Any) -> Any:
        try:
            return original(new)
        except Conflict:
            return original.__self__.get(new.values["id"])  # type: ignore[attr-defined]  # a bound method

    answered(repositories(store), "create", OutcomeUnknown, create)


@broken(
    killer=LOST_OTHER_HALF,
    source="plan: the id of the caller came back, so the delivery is ours",
    on="supabase",
)
def own_delivery_is_new_again(store: Any) -> None:
    """A delivery that was stored, and whose answer was lost, is told to be new once more."""

    def receive(original: Call, new: Any) -> Any:
        answer = original(new)
        return Received(answer.event, answer.is_new or answer.event.id == new.values.get("id"))

    around(store.webhook_events, "receive", receive)


@broken(killer=LOST_HALF, source="plan: a failed create is safe to repeat", on="supabase")
def lost_creates_are_undone(store: Any) -> None:
    """A create whose answer was lost is told as not done."""
    _undone(repositories(store), "create")


@broken(killer=LOST_OTHER_HALF, source="plan: a failed update is safe to repeat", on="supabase")
def lost_updates_are_undone(store: Any) -> None:
    """An update whose answer was lost is told as not done."""
    _undone(mutable(store), "update")


@broken(killer=LOST_HALF, source="plan: a failed delete is safe to repeat", on="supabase")
def lost_deletes_are_undone(store: Any) -> None:
    """A delete whose answer was lost is told as not done."""
    _undone(mutable(store), "delete")


@broken(killer=LOST_OTHER_HALF, source="plan: a webhook is answered 503, and comes again", on="supabase")
def lost_deliveries_are_undone(store: Any) -> None:
    """A delivery whose answer was lost is told as not stored."""
    _undone(store.webhook_events, "receive")


@broken(killer=LOST_HALF, source="plan: a worker simply claims again", on="supabase")
def lost_claims_are_undone(store: Any) -> None:
    """A claim whose answer was lost is told as not done, although the work is taken."""
    _undone(queues(store), "claim")


@broken(killer=LOST_OTHER_HALF, source="plan: a worker simply completes again", on="supabase")
def lost_completions_are_undone(store: Any) -> None:
    """A completion or a failure whose answer was lost is told as not done."""
    _undone(queues(store), "complete", "fail")


@broken(killer=LOST_OTHER_HALF, source="plan: the candidate presses the button again", on="supabase")
def lost_flows_are_undone(store: Any) -> None:
    """A flow whose answer was lost is told as not done."""
    _undone(store, "book", "reschedule", "cancel")


@broken(killer=LOST_HALF, source="plan: a worker that cannot claim has nothing to do", on="supabase")
def lost_claims_are_empty(store: Any) -> None:
    """A claim whose answer was lost finds no work, and what it took waits for its lease to end."""
    answered(queues(store), "claim", OutcomeUnknown, lambda *_, **__: ())


@broken(killer=LOST_HALF, source="plan: the row is gone, or will be", on="supabase")
def lost_deletes_found_nothing(store: Any) -> None:
    """A delete whose answer was lost says that there was no row."""
    answered(mutable(store), "delete", OutcomeUnknown, lambda *_: False)


@broken(killer="faults_writes.write[reset_before]", source="plan: fire and forget", on="supabase")
def lost_deletes_are_done(store: Any) -> None:
    """A delete whose request was lost says that the row is removed."""
    answered(mutable(store), "delete", OutcomeUnknown, lambda *_: True)


@broken(killer="faults_writes.write[status_503]", source=REJECTED, on="supabase")
def nothing_is_ever_undone(store: Any) -> None:
    """Every failure is told as unknown, so that nobody may repeat anything."""
    raised(store, lambda _, error: OutcomeUnknown("who knows") if isinstance(error, Unavailable) else None)
