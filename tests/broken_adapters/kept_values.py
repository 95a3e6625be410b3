"""Mistakes in values that only one operation makes, or only on its way to one column."""

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from contracts.selfcheck.wrapping import broken
from harness.errors import Conflict

from ._helpers import Call, around, mutable, queues, replaced_values

EMAIL = "better-auth/better-auth#7806: email casing"
ERROR = "values_arguments.error_of_a_failure[sync_jobs]"
REASON = "values_arguments.reason_of_a_cancellation"
DELAYS = "values_each_column.delays_up_to_the_longest[sync_jobs]"
ZONE = "Python manual: replace(tzinfo=…) changes the zone and keeps the digits"
LETTER = "protocol: a text is kept as it was given"
LONGEST = "protocol: a lease lasts up to 86,400 s, a retry up to 2,592,000 s, as long as it was asked to"


def column(targets: Any, operation: str, name: str, change: Callable[[Any], Any]) -> None:
    """Change one column on its way into one operation."""

    def write(original: Call, *arguments: Any) -> Any:
        *others, values = arguments
        if name in values.values:
            values = replaced_values(values, **{name: change(values.values[name])})
        return original(*others, values)

    around(targets, operation, write)


def argument(targets: Any, operation: str, name: str, change: Callable[[Any], Any]) -> None:
    """Change one argument of one operation."""

    def call(original: Call, *arguments: Any, **options: Any) -> Any:
        if name in options:
            options[name] = change(options[name])
        return original(*arguments, **options)

    around(targets, operation, call)


def text(change: Callable[[str], Any]) -> Callable[[Any], Any]:
    """Change texts, and let everything else be."""
    return lambda value: change(value) if isinstance(value, str) else value


def here(value: Any) -> Any:
    """Take a moment in any zone for one in UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo else value


def capped(most: float) -> Callable[[Any], Any]:
    """Cut a delay that is allowed off at another bound."""
    return lambda value: most if isinstance(value, int | float) and most < value <= 2_592_000 else value


@broken(killer="values_each_column.texts_of_every_column[0-bookings]", source=LETTER)
def update_takes_an_empty_uid_for_none(store: Any) -> None:
    """An update of calendar_ical_uid to an empty text clears the column."""
    column(store.bookings, "update", "calendar_ical_uid", text(lambda value: value or None))


@broken(killer="values_each_column.texts_of_every_column[0-scheduling_requests]", source=EMAIL)
def update_lowers_the_candidate(store: Any) -> None:
    """An update of candidate_email is stored in small letters, a create is not."""
    column(store.scheduling_requests, "update", "candidate_email", text(str.lower))


@broken(killer="values_each_column.texts_of_every_column[0-scheduling_requests]", source=EMAIL)
def create_lowers_the_organizer(store: Any) -> None:
    """The organizer_email of a new request is stored in small letters."""
    column(store.scheduling_requests, "create", "organizer_email", text(str.lower))


@broken(killer="values_each_column.texts_of_a_delivery[4]", source=LETTER)
def delivery_lowers_its_provider(store: Any) -> None:
    """The provider of a delivery is stored in small letters."""
    column(store.webhook_events, "receive", "provider", text(str.lower))


@broken(killer="values_each_column.texts_of_a_delivery[2]", source=LETTER)
def delivery_of_the_empty_tenant_has_none(store: Any) -> None:
    """The tenant of a delivery that is an empty text is stored as None."""
    column(store.webhook_events, "receive", "tenant_id", text(lambda value: value or None))


@broken(killer="values_each_column.times_of_other_places[scheduling_requests]", source=ZONE)
def end_of_a_link_loses_its_zone(store: Any) -> None:
    """An update of expires_at in another zone is read as if it were UTC."""
    column(store.scheduling_requests, "update", "expires_at", here)


@broken(killer="values_each_column.times_of_other_places[sync_jobs]", source=ZONE)
def due_time_loses_its_zone(store: Any) -> None:
    """An update of run_after in another zone is read as if it were UTC."""
    column(mutable(store), "update", "run_after", here)


@broken(killer=ERROR, source="facts: PostgreSQL keeps code points, and normalizes no text")
def error_is_normalized(store: Any) -> None:
    """The error of a failure is stored in Unicode's composed form."""
    argument(queues(store), "fail", "error", text(lambda value: unicodedata.normalize("NFC", value)))


@broken(killer=ERROR, source=LETTER)
def error_is_trimmed(store: Any) -> None:
    """The error of a failure is stored without the blanks around it."""
    argument(queues(store), "fail", "error", text(str.strip))


@broken(
    killer=ERROR, source="protocol: fail gives a row back with the error as last_error, an empty one, too"
)
def empty_error_is_named(store: Any) -> None:
    """The error of a failure that is an empty text is stored as "unknown error"."""
    argument(queues(store), "fail", "error", text(lambda value: value or "unknown error"))


@broken(killer=ERROR, source=LETTER)
def error_is_cut(store: Any) -> None:
    """The error of a failure is cut off after a thousand characters, so that logs stay small."""
    argument(queues(store), "fail", "error", text(lambda value: value[:1000]))


@broken(killer=REASON, source=LETTER)
def reason_is_cut(store: Any) -> None:
    """The reason of a cancellation is cut off after two thousand characters."""
    argument(store, "cancel", "reason", text(lambda value: value[:2000]))


@broken(killer=REASON, source=LETTER)
def reason_is_trimmed(store: Any) -> None:
    """The reason of a cancellation is stored without the blanks around it."""
    argument(store, "cancel", "reason", text(str.strip))


@broken(killer=REASON, source="HTML standard: a textarea submits CRLF, and scripts read LF")
def reason_has_unix_lines(store: Any) -> None:
    """The reason of a cancellation is stored with other ends of lines."""
    argument(store, "cancel", "reason", text(lambda value: value.replace("\r\n", "\n")))


@broken(killer=REASON, source="protocol: the reason of a cancellation is a text or None")
def empty_reason_is_none(store: Any) -> None:
    """The reason of a cancellation that is an empty text is stored as None."""
    argument(store, "cancel", "reason", text(lambda value: value or None))


@broken(killer=DELAYS, source=LONGEST)
def lease_lasts_an_hour_at_most(store: Any) -> None:
    """A lease of more than an hour ends after an hour."""
    argument(queues(store), "claim", "lease_s", lambda value: 3600 if 3600 < value <= 86_400 else value)


@broken(killer="values_each_column.delays_up_to_the_longest[webhook_events]", source=LONGEST)
def lease_lasts_half_a_day_at_most(store: Any) -> None:
    """A lease of an event for more than 12 hours ends after 12 hours, as SQS does with messages."""
    argument(
        store.webhook_events, "claim", "lease_s", lambda value: 43_200 if 43_200 < value <= 86_400 else value
    )


@broken(killer=DELAYS, source=LONGEST)
def retry_comes_within_a_day(store: Any) -> None:
    """A retry in more than a day is due after a day."""
    argument(queues(store), "fail", "retry_in_s", capped(86_400))


@broken(killer="values_each_column.delays_up_to_the_longest[reconciliation_jobs]", source=LONGEST)
def retry_comes_within_29_days(store: Any) -> None:
    """A retry in 30 days is due after 29."""
    argument(store.reconciliation_jobs, "fail", "retry_in_s", capped(29 * 86_400))


@broken(
    killer=DELAYS, source="protocol: fail makes the row due in retry_in_s seconds, whichever attempt it was"
)
def retries_back_off(store: Any) -> None:
    """A retry is put off for longer with each attempt."""

    def fail(original: Call, id: Any, attempts: Any, *, error: Any, retry_in_s: Any = 60.0) -> Any:
        longer = min(retry_in_s * 2**attempts, 2_592_000) if retry_in_s > 0 and attempts > 2 else retry_in_s
        return original(id, attempts, error=error, retry_in_s=longer)

    around(queues(store), "fail", fail)


@broken(
    killer="values_each_column.work_is_ended_by_another_client[fail-webhook_events]",
    source="protocol: attempts is the fencing token, and all that it takes to end work",
)
def only_who_claimed_may_fail(store: Any) -> None:
    """A failure is stale unless the client itself has claimed the event."""
    mine: set[Any] = set()

    def claim(original: Call, **options: Any) -> Any:
        found = original(**options)
        mine.update(row.id for row in found)
        return found

    def fail(original: Call, id: Any, attempts: Any, **options: Any) -> Any:
        event = store.webhook_events.get(id)
        if event is not None and event.id not in mine:
            raise Conflict("stale_claim")
        return original(id, attempts, **options)

    around(store.webhook_events, "claim", claim)
    around(store.webhook_events, "fail", fail)
