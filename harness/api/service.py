"""What every endpoint works with, and the description of an endpoint."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from harness.adapters.protocol import Store
from harness.api.exchange import Inquiry, Reply
from harness.settings import DbMode

__all__ = ["Access", "Endpoint", "Schema", "Service"]

Schema = Mapping[str, Any]
"""A JSON Schema."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One running API."""

    store: Store
    mode: DbMode
    instance: str
    """Random per process, so that a client can tell whether it still talks to the one it knew."""
    version: str
    api_key: str | None = field(repr=False)
    """What internal callers must send; None: nothing is asked of them."""
    webhook_secret: str | None = field(repr=False)
    """What iCIMS signs with; None: no webhook is accepted."""
    now: Callable[[], datetime]
    new_token: Callable[[], str]
    body_patience_s: float
    """How long the whole body of a request is waited for."""


class Access(Enum):
    """Who may call an endpoint."""

    EVERYBODY = "no credentials"
    INTERNAL = "the API key as a bearer token, if the server has one"
    BROWSER = "the API key as a bearer token, or as the password of HTTP Basic, if the server has one"
    SIGNED = "a signature of the body"


def _always(_inquiry: Inquiry) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One endpoint: how it is reached, what it does, and what is documented about it."""

    name: str
    method: str
    path: str
    summary: str
    handle: Callable[[Service, Inquiry], Reply]
    round_trips: int
    """How often the right answer asks the store, however many rows there are."""
    status: int = 200
    """Of the right answer."""
    answers: Schema | None = None
    """The schema of the right answer; None: it has no body."""
    body: Schema | None = None
    """The schema of the body that must be sent."""
    query: Mapping[str, Schema] = field(default_factory=dict)
    header: Mapping[str, Schema] = field(default_factory=dict)
    refusals: tuple[str, ...] = ()
    """The kinds of errors of its own, besides those that every endpoint shares."""
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Endpoints that go on from the right answer, by name: which parts of it are their parameters.

    The parts are runtime expressions of OpenAPI.
    """
    access: Access = Access.INTERNAL
    media_type: str = "application/json"
    asks_store: Callable[[Inquiry], bool] = _always
    """False for a request that never waits for the store, and so is answered at once."""
