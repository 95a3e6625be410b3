"""What the harness itself asks of a project's REST interface, past any adapter."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from harness.errors import ConfigurationError, StackError
from harness.stack.external.keys import headers_of
from harness.stack.external.project import Project
from harness.stack.external.rules import PREFIX

__all__ = ["Api", "Described"]

_TIMEOUT_S = 15.0
_AT_ONCE = 100
"""Ids in one request: their URL stays well below what any server takes."""
_TABLE = "scheduling_requests"
"""A table that every version of the schema has; hosted projects close the root page to the anon key."""


@dataclass(frozen=True, kw_only=True)
class Described:
    """How PostgREST describes itself and what it knows."""

    version: str
    """``12.0.2``."""
    columns: dict[str, frozenset[str]]
    """The columns of each table."""
    functions: frozenset[str]


class Api:
    """The REST interface of one project; a context manager. Raises StackError or ConfigurationError."""

    def __init__(self, project: Project, transport: httpx.BaseTransport | None = None) -> None:
        self._project = project
        self._http = httpx.Client(http2=False, timeout=_TIMEOUT_S, trust_env=False, transport=transport)

    def require_keys(self) -> None:
        """Show each key once, and refuse a project that does not accept it; nothing is written."""
        for name, key in self._project.keys.items():
            answer = self._send("GET", _TABLE, key, params={"select": "id", "limit": "0"})
            if answer.status_code == 401 and not _is_refused_right(answer):
                raise ConfigurationError(
                    f"{self._project.url} does not accept {name}. Copy it again from the API settings of "
                    "this project."
                )
            if answer.status_code >= 500:
                raise StackError(
                    f"{self._project.url} answers with status {answer.status_code}: the project is paused "
                    "or its servers are down."
                )
        if misplaced := self._project.misplaced_key():
            raise ConfigurationError(misplaced)

    def described(self) -> Described | None:
        """Read the description (OpenAPI) that the service role sees; None if the project gives none."""
        answer = self._send("GET", "", self._project.service_key)
        try:
            said: dict[str, Any] = answer.json()
            definitions, paths = said["definitions"], said["paths"]
            return Described(
                version=str(said["info"]["version"]).split()[0],
                columns={
                    str(name): frozenset(one.get("properties", {})) for name, one in definitions.items()
                },
                functions=frozenset(path.removeprefix("/rpc/") for path in paths if path.startswith("/rpc/")),
            )
        except (ValueError, LookupError, TypeError, AttributeError):
            return None

    def count(self, table: str) -> int:
        """Count the rows of a table exactly, with the service role, which sees all."""
        answer = self._send(
            "GET",
            table,
            self._project.service_key,
            params={"select": "id", "limit": "1"},
            headers={"Prefer": "count=exact"},
        )
        total = answer.headers.get("content-range", "").rpartition("/")[2]
        if not answer.is_success or not total.isdecimal():
            raise StackError(
                f"{self._project.url} does not let the service role count {table}: {_said(answer)}. Apply "
                "the migrations with their grants: harness schema apply."
            )
        return int(total)

    def present(self, table: str, ids: Sequence[str]) -> list[str]:
        """Return which of these rows are there."""
        found: list[str] = []
        for some in (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)):
            asked = {"select": "id", "id": f"in.({','.join(some)})"}
            answer = self._send("GET", table, self._project.service_key, params=asked)
            if not answer.is_success:
                raise StackError(
                    f"{self._project.url} does not let the service role read {table}: {_said(answer)}."
                )
            found += [str(row["id"]) for row in answer.json()]
        return found

    def add(self, table: str, row: dict[str, Any]) -> None:
        """Add one row, whose id must have been noted."""
        answer = self._send("POST", table, self._project.service_key, json=row)
        if not answer.is_success:
            raise StackError(f"{self._project.url} refused a row of {table}: {_said(answer)}.")

    def remove(self, table: str, id_: str) -> None:
        """Remove one row by its id."""
        answer = self._send("DELETE", table, self._project.service_key, params={"id": f"eq.{id_}"})
        if not answer.is_success:
            raise StackError(
                f"{self._project.url} refused to remove the row {id_} of {table}: {_said(answer)}."
            )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(
        self, method: str, place: str, key: str, headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        url = self._project.url
        try:
            return self._http.request(
                method, url + PREFIX + place, headers={**headers_of(key), **(headers or {})}, **options
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise StackError(f"SUPABASE_URL={url} does not answer: {reason}. Check the address.") from error


def _is_refused_right(answer: httpx.Response) -> bool:
    """True for 42501: the key is good, and its role may not read the table, as it should be for anon."""
    return bool(_field(answer, "code") == "42501")


def _said(answer: httpx.Response) -> str:
    return f"status {answer.status_code}, code {_field(answer, 'code') or 'none'}"


def _field(answer: httpx.Response, name: str) -> Any:
    try:
        body = answer.json()
    except ValueError:
        return None
    return body.get(name) if isinstance(body, dict) else None
