"""``[api]`` of parity.toml: another implementation of the scheduler's API, and how its endpoints are called.

``${NAME}`` in headers, paths, bodies, subjects and the webhook's secret stands for a variable of the
environment; it is looked up when the API is about to be called (`resolved`), not when the file is read.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from harness.errors import ConfigurationError
from harness.settings.templates import escaped

__all__ = ["REFERENCE", "Api", "EndpointTable", "Subjects", "reference_api", "resolved"]

REFERENCE = "reference"
"""The name of the reference API in reports and fingerprints."""
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_READY_S = 60.0


@dataclass(frozen=True, kw_only=True)
class EndpointTable:
    """``[api.endpoints.NAME]``: what is other than in the reference API; None is as there."""

    method: str | None = None
    path: str | None = None
    """With the query: a template."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Besides those of all endpoints; templates."""
    body: Any = None
    """A template of any JSON value; False for a request without a body."""
    status: tuple[int, ...] | None = None
    result: Mapping[str, str] | None = None
    """Where the fields are in the answer: dotted paths by the reference API's names. If it is given,
    only the fields that it names are checked, and those that are always needed."""
    item: Mapping[str, str] | None = None
    """The same for each row of a list, relative to the row."""
    contains: tuple[str, ...] = ()
    """What a page must hold."""
    order: str | None = None
    """How a list is ordered: a field of its rows, and ``asc`` or ``desc``."""
    lacks: str | None = None
    """Why the application has no such endpoint: it is then not measured."""


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """``[api.subjects]``: rows that are there already, for runs that only read."""

    requests: tuple[str, ...] = ()
    bookings: tuple[str, ...] = ()
    tokens: tuple[str, ...] = field(default=(), repr=False)
    """Of public links that are open."""


@dataclass(frozen=True, kw_only=True)
class Api:
    """One implementation of the scheduler's API. It can be written as JSON, secrets included."""

    name: str = REFERENCE
    start: str | None = None
    """The command that starts it, given to the shell in the directory of parity.toml; None: `harness serve`,
    or for another application, that only a running server can be measured."""
    health: str = "/health"
    mode_field: str = "mode"
    """Dotted path to ``memory`` or ``supabase`` in what `health` answers."""
    instance_field: str | None = None
    """Dotted path to what tells one process from the next one, if the application says it."""
    ready_timeout_s: float = _READY_S
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Of every request."""
    webhook_secret: str | None = field(default=None, repr=False)
    subjects: Subjects = Subjects()
    endpoints: Mapping[str, EndpointTable] = field(default_factory=dict)

    @property
    def is_reference(self) -> bool:
        """True for the API that comes with the harness."""
        return self.name == REFERENCE


def reference_api(environ: Mapping[str, str] | None = None) -> Api:
    """The reference API, with the key and the secret of SCHEDULER_API_KEY and ICIMS_WEBHOOK_SECRET.

    `environ` is the environment of its server; by default this process's own.
    """
    env = os.environ if environ is None else environ
    key = env.get("SCHEDULER_API_KEY")
    return Api(
        instance_field="instance",
        headers={"Authorization": f"Bearer {escaped(key)}"} if key else {},
        webhook_secret=env.get("ICIMS_WEBHOOK_SECRET") or None,
    )


def resolved(api: Api, environ: Mapping[str, str] | None = None) -> Api:
    """The same with its variables looked up. Raises ConfigurationError for one that is not set."""
    env = os.environ if environ is None else environ

    def text(value: str, where: str, *, template: bool = True) -> str:
        def looked_up(found: re.Match[str]) -> str:
            held = env.get(found[1])
            if not held:
                raise ConfigurationError(
                    f"api.{where} in parity.toml needs the environment variable {found[1]}, which is not set."
                    " Set it, or name another."
                )
            return escaped(held) if template else held

        return _VARIABLE.sub(looked_up, value)

    def all_of(values: Mapping[str, str], where: str) -> dict[str, str]:
        return {name: text(value, f"{where}.{name}") for name, value in values.items()}

    def tree(value: Any, where: str) -> Any:
        if isinstance(value, str):
            return text(value, where)
        if isinstance(value, Mapping):
            return {key: tree(inner, where) for key, inner in value.items()}
        return [tree(inner, where) for inner in value] if isinstance(value, list | tuple) else value

    def endpoint(name: str, table: EndpointTable) -> EndpointTable:
        where = f"endpoints.{name}"
        return replace(
            table,
            path=None if table.path is None else text(table.path, f"{where}.path"),
            headers=all_of(table.headers, f"{where}.headers"),
            body=tree(table.body, f"{where}.body"),
        )

    def plain(values: tuple[str, ...], where: str) -> tuple[str, ...]:
        return tuple(text(value, where, template=False) for value in values)

    return replace(
        api,
        headers=all_of(api.headers, "headers"),
        webhook_secret=(
            None if api.webhook_secret is None else text(api.webhook_secret, "webhook_secret", template=False)
        ),
        subjects=Subjects(
            requests=plain(api.subjects.requests, "subjects.requests"),
            bookings=plain(api.subjects.bookings, "subjects.bookings"),
            tokens=plain(api.subjects.tokens, "subjects.tokens"),
        ),
        endpoints={name: endpoint(name, table) for name, table in api.endpoints.items()},
    )
