"""The reference API with a mistake in some endpoints: ``python -m tests.api_fuzzing.wrong_api --port 0``.

It describes itself as the right one does, so each mistake contradicts its description, or tells what it
should not. Options and output are those of ``harness serve --db-mode memory``.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import click
import orjson

from harness.adapters.memory import MemoryStore
from harness.api import app
from harness.api.catalogue import ENDPOINTS
from harness.api.exchange import Inquiry, Reply, json_of
from harness.api.refusals import Refusal
from harness.api.service import Service
from harness.api.serving import hold_port, serve
from harness.settings import Settings

__all__ = ["MISTAKES"]

Handle = Callable[[Service, Inquiry], Reply]
_HOUR_S = 3_600


def _quotes_the_row(handle: Handle) -> Handle:
    def update(service: Service, inquiry: Inquiry) -> Reply:
        row = service.store.scheduling_requests.get(inquiry.path["id"])
        if row is not None:
            raise Refusal("invalid_value", f"Failing row contains ({row.id}, {row.candidate_email})")
        return handle(service, inquiry)

    return update


def _quotes_the_request(handle: Handle) -> Handle:
    def cancel(service: Service, inquiry: Inquiry) -> Reply:
        reason = inquiry.fields({"reason": None}).get("reason")
        if isinstance(reason, str):
            raise Refusal("conflict", f"a booking is not cancelled because of {reason}")
        return handle(service, inquiry)

    return cancel


def _has_a_status_of_its_own(handle: Handle) -> Handle:
    def get(service: Service, inquiry: Inquiry) -> Reply:
        try:
            return replace(handle(service, inquiry), status=203)
        except Refusal:
            return json_of({"error": {"kind": "not_found", "message": "no"}}, 418)

    return get


def _crashes(handle: Handle) -> Handle:
    def open_link(service: Service, inquiry: Inquiry) -> Reply:
        if len(inquiry.path["token"]) < 40:
            raise KeyError(inquiry.path["token"])
        return handle(service, inquiry)

    return open_link


def _leaves_something_out(handle: Handle) -> Handle:
    def summary(service: Service, inquiry: Inquiry) -> Reply:
        document = orjson.loads(handle(service, inquiry).body)
        del document["due"]
        return json_of(document)

    return summary


def _is_of_another_type(handle: Handle) -> Handle:
    return lambda service, inquiry: replace(handle(service, inquiry), media_type="text/plain")


def _refuses_what_is_allowed(handle: Handle) -> Handle:
    def claim(service: Service, inquiry: Inquiry) -> Reply:
        lease_s = inquiry.fields({"limit": None, "leaseS": None}).get("leaseS")
        if isinstance(lease_s, int | float) and lease_s < _HOUR_S:
            raise Refusal("invalid_value", "leaseS: less than an hour is not taken today", field="leaseS")
        return handle(service, inquiry)

    return claim


def _accepts_what_is_not_allowed(handle: Handle) -> Handle:
    def list_page(service: Service, inquiry: Inquiry) -> Reply:
        try:
            return handle(service, inquiry)
        except Refusal:
            return json_of({"rows": [], "nextCursor": None})

    return list_page


def _unchanged(handle: Handle) -> Handle:
    return handle


MISTAKES: Mapping[str, Callable[[Handle], Handle]] = {
    "update_request": _quotes_the_row,
    "cancel": _quotes_the_request,
    "get_booking": _has_a_status_of_its_own,
    "open_link": _crashes,
    "ops_summary": _leaves_something_out,
    "ops_dashboard": _is_of_another_type,
    "claim_jobs": _refuses_what_is_allowed,
    "list_requests": _accepts_what_is_not_allowed,
}
"""By endpoint."""


@click.command()
@click.option("--db-mode", type=click.Choice(["memory"]))
@click.option("--port", type=int)
def main(*, db_mode: str, port: int) -> None:
    """Serve it."""
    settings = Settings.from_environ()
    vars(app)["ENDPOINTS"] = tuple(
        replace(one, handle=MISTAKES.get(one.name, _unchanged)(one.handle)) for one in ENDPOINTS
    )
    with hold_port("127.0.0.1", port) as listener, MemoryStore() as store:
        wrong = app.create_app(
            store,
            mode="memory",
            api_key=settings.scheduler_api_key,
            webhook_secret=settings.icims_webhook_secret,
        )
        serve(wrong, listener, ready=lambda url: click.echo(f"serving {url} ({db_mode})"), parent=None)


if __name__ == "__main__":
    main()
