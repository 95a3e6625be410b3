"""The reference API with something wrong: a server that a comparison must find out about.

``python tests/load_faults/api.py FAULT…`` on PORT in the mode of DB_MODE. A FAULT is ``kind:endpoint:value``:

- ``slower:E:0.15``: each answer takes so much longer, as if the way to the gateway did;
- ``spikes:E:0.05:50``: that share of the answers takes so many milliseconds longer;
- ``errors:E:0.01``: that share is answered with 500;
- ``trip:E``: one request to the gateway more;
- ``body:E``: the answer says something else than what is stored; ``wrong200:E``: an error with status 200;
- ``stall:1:10``: everything stands still for the first of each 10 seconds;
- ``dies:N``: the process ends at its Nth request;
- ``lies:MODE``: it runs in that mode, and says that it is the other one;
- ``restarts:N``: after N requests its health tells of another process.

None is the right server, started in the same way.
"""

import os
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import TextIO

from harness.api import app
from harness.api.backing import chosen_mode, opened
from harness.api.catalogue import ENDPOINTS
from harness.api.exchange import Inquiry, Reply
from harness.api.service import Endpoint, Service
from harness.api.serving import hold_port, serve
from harness.settings import DbMode, Settings

Handle = Callable[[Service, Inquiry], Reply]
Wrap = Callable[[Handle], Handle]


def _slower(share: float) -> Wrap:
    def wrap(handle: Handle) -> Handle:
        def slow(service: Service, inquiry: Inquiry) -> Reply:
            begun = time.perf_counter()
            reply = handle(service, inquiry)
            time.sleep(share * (time.perf_counter() - begun))
            return reply

        return slow

    return wrap


def _sometimes(share: float, what: Callable[[Reply], Reply]) -> Wrap:
    chance = random.Random(1)  # noqa: S311  # no secret

    def wrap(handle: Handle) -> Handle:
        def maybe(service: Service, inquiry: Inquiry) -> Reply:
            reply = handle(service, inquiry)
            return what(reply) if chance.random() < share else reply

        return maybe

    return wrap


def _spikes(share: float, milliseconds: float) -> Wrap:
    def late(reply: Reply) -> Reply:
        time.sleep(milliseconds / 1000)
        return reply

    return _sometimes(share, late)


def _trip() -> Wrap:
    def wrap(handle: Handle) -> Handle:
        def asks_again(service: Service, inquiry: Inquiry) -> Reply:
            service.store.bookings.get(uuid.uuid4())
            return handle(service, inquiry)

        return asks_again

    return wrap


def _stall(seconds: float, period: float) -> Wrap:
    begun = time.monotonic()

    def wrap(handle: Handle) -> Handle:
        def stands_still(service: Service, inquiry: Inquiry) -> Reply:
            into = (time.monotonic() - begun) % period
            if into < seconds:
                time.sleep(seconds - into)
            return handle(service, inquiry)

        return stands_still

    return wrap


def _from(requests: Iterator[int], limit: int, what: Callable[[Reply], Reply]) -> Wrap:
    def wrap(handle: Handle) -> Handle:
        def counted(service: Service, inquiry: Inquiry) -> Reply:
            reply = handle(service, inquiry)
            return what(reply) if next(requests) >= limit else reply

        return counted

    return wrap


def _die(_reply: Reply) -> Reply:
    os._exit(1)


def _replaced(old: bytes, new: bytes) -> Callable[[Reply], Reply]:
    return lambda reply: replace(reply, body=reply.body.replace(old, new))


_ERROR = Reply(status=500, body=b'{"error":{"kind":"internal","message":"a fault that a test has made"}}')


def _faulty(fault: str) -> tuple[str, Wrap]:
    """The endpoint that a fault is about, ``*`` for all of them, and what it does."""
    kind, *words = fault.split(":")
    if kind == "stall":
        return "*", _stall(float(words[0]), float(words[1]))
    if kind == "dies":
        return "*", _from(count(1), int(words[0]), _die)
    if kind == "lies":
        mode = words[0]
        other = "supabase" if mode == "memory" else "memory"
        return "health", _sometimes(1.0, _replaced(f'"{mode}"'.encode(), f'"{other}"'.encode()))
    if kind == "restarts":
        return "health", _from(count(1), int(words[0]), _replaced(b'"instance":"', b'"instance":"another-'))
    endpoint, *values = words
    wraps: dict[str, Callable[[], Wrap]] = {
        "slower": lambda: _slower(float(values[0])),
        "spikes": lambda: _spikes(float(values[0]), float(values[1])),
        "errors": lambda: _sometimes(float(values[0]), lambda _: _ERROR),
        "trip": _trip,
        "body": lambda: _sometimes(1.0, _replaced(b'"id":"', b'"id":"f')),
        "wrong200": lambda: _sometimes(1.0, lambda _: replace(_ERROR, status=200)),
    }
    return endpoint, wraps[kind]()


def _with_faults(endpoints: Sequence[Endpoint], faults: Sequence[str]) -> tuple[Endpoint, ...]:
    for name, wrap in map(_faulty, faults):
        if name != "*" and name not in {endpoint.name for endpoint in endpoints}:
            raise SystemExit(f"there is no endpoint {name!r}")
        endpoints = [
            replace(one, handle=wrap(one.handle)) if name in {"*", one.name} else one for one in endpoints
        ]
    return tuple(endpoints)


def main(faults: Sequence[str]) -> None:
    settings = Settings.from_environ()
    mode: DbMode = chosen_mode(None, settings)
    lies = [fault.partition(":")[2] for fault in faults if fault.startswith("lies:")]
    actual: DbMode = "memory" if lies == ["memory"] else "supabase" if lies else mode
    vars(app)["ENDPOINTS"] = _with_faults(ENDPOINTS, faults)
    with (
        hold_port("127.0.0.1", int(os.environ["PORT"])) as listener,
        opened(actual, None, settings, lambda text: _say(sys.stderr, text)) as store,
    ):
        faulty = app.create_app(
            store,
            mode=actual,
            api_key=settings.scheduler_api_key,
            webhook_secret=settings.icims_webhook_secret,
        )
        serve(faulty, listener, ready=lambda url: _say(sys.stdout, f"serving {url} ({mode})"), parent=None)


def _say(stream: TextIO, text: str) -> None:
    stream.write(f"{text}\n")
    stream.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
