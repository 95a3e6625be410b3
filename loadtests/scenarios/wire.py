"""Sends calls over HTTP, one by one or some at once: for checks and preparations, not for measurements."""

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from loadtests.scenarios.call import Answer, Call, Send, SendMany

__all__ = ["sending", "sending_many"]

_TIMEOUT_S = 30.0
_AT_ONCE = 8
# As under load: an answer that only comes compressed is not one that is right there.
_PLAIN = {"Accept-Encoding": "identity"}


@contextlib.contextmanager
def sending(host: str) -> Iterator[Send]:
    """A connection to a server that lasts as long as the context."""
    with httpx.Client(base_url=host, headers=_PLAIN, timeout=_TIMEOUT_S, trust_env=False) as client:

        def send(call: Call) -> Answer:
            try:
                got = client.request(call.method, call.path, headers=call.headers, content=call.body)
            except httpx.HTTPError as error:
                raise OSError(str(error) or type(error).__name__) from error
            headers = {name.lower(): value for name, value in got.headers.items()}
            return Answer(got.status_code, headers, got.content)

        yield send


@contextlib.contextmanager
def sending_many(host: str) -> Iterator[SendMany]:
    """The same for some calls at once, in threads."""
    with sending(host) as send, ThreadPoolExecutor(_AT_ONCE) as pool:

        def send_many(calls: Sequence[Call]) -> list[Answer]:
            return list(pool.map(send, calls))

        yield send_many
