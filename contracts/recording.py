"""Remembers what a case asked of the adapter under test, and what it answered.

Nothing is rendered while the case runs: values are kept, and shortened once
the case is over. A case that mutates an argument afterwards is shown with the
mutated one.
"""

import functools
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, Self, cast

from contracts.events import Operation
from contracts.excerpt import short
from contracts.subject import OwnServers, Subject
from harness.adapters.bridge.errors import MissingOperation
from harness.adapters.protocol import Store
from harness.errors import StoreError, UnexpectedResponse

__all__ = ["Log", "RecordedSubject"]

KEPT = 50
"""Operations of one case that are remembered, the last ones."""
_UNCOUNTED = frozenset({"close"})


@dataclass(slots=True)
class _Call:
    step: int
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    answer: Any = None
    error: BaseException | None = None
    open: bool = True

    rows: int | None = None
    """How many rows an iteration has yielded so far."""

    def describe(self) -> Operation:
        """Return the operation as short texts."""
        given = [short(arg) for arg in self.args]
        given += [f"{name}={short(value)}" for name, value in self.kwargs.items()]
        return Operation(step=self.step, call=f"{self.name}({', '.join(given)})", answer=self._answered())

    def _answered(self) -> str:
        if self.error is not None:
            return described(self.error)
        if self.rows is not None:
            return f"{self.rows} rows"
        return "no answer yet" if self.open else short(self.answer)


def described(error: BaseException) -> str:
    """Name an error as reports do: ``conflict(bookings_pkey)``, or what it is and its message."""
    if isinstance(error, StoreError):
        if not isinstance(error, UnexpectedResponse):
            subject = error.subject
            return error.kind if subject is None else f"{error.kind}({subject})"
        # Its kind says nothing of what happened.
        name = error.kind
    else:
        name = type(error).__name__
    text = " ".join(str(error).split())
    return f"{name}: {text[:300]}" if text else name


class Log:
    """The operations of one case. Threads may write to it at once."""

    def __init__(self) -> None:
        self._last: deque[_Call] = deque(maxlen=KEPT)
        self._lock = Lock()
        self._begun = 0
        self.lacks: set[str] = set()
        """The operations that the adapter was asked for and never announced, whatever the case made of it."""

    @property
    def calls(self) -> int:
        """How many operations were begun."""
        return self._begun

    def begin(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Call:
        """Note a call."""
        with self._lock:
            self._begun += 1
            operation = _Call(self._begun, name, args, kwargs)
            self._last.append(operation)
        return operation

    def note(self, error: BaseException) -> None:
        """Take in what a call raised."""
        if isinstance(error, MissingOperation):
            self.lacks.add(error.operation)

    def describe(self) -> tuple[Operation, ...]:
        """Return the last operations as texts, oldest first."""
        return tuple(call.describe() for call in tuple(self._last))


class _Recorded:
    """A store or one of its repositories, with every call noted."""

    def __init__(self, target: object, prefix: str, log: Log) -> None:
        self._target = target
        self._prefix = prefix
        self._log = log

    def __getattr__(self, name: str) -> Any:
        try:
            found = getattr(self._target, name)
        except AttributeError as error:
            # A case that asks whether an operation exists has asked the adapter.
            call = self._log.begin(self._prefix + name, (), {})
            call.error, call.open = error, False
            raise
        if name.startswith("_") or name in _UNCOUNTED:
            return found
        recorded: Any = found
        if callable(found):
            recorded = _noted(found, self._prefix + name, self._log)
        elif hasattr(found, "create"):
            recorded = _Recorded(found, f"{name}.", self._log)
        self.__dict__[name] = recorded
        return recorded

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._target.close()  # type: ignore[attr-defined]  # only stores are entered


def _noted(function: Callable[..., Any], name: str, log: Log) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        operation = log.begin(name, args, kwargs)
        try:
            answer = function(*args, **kwargs)
        except BaseException as error:
            operation.error, operation.open = error, False
            log.note(error)
            raise
        if isinstance(answer, Iterator):
            operation.rows = 0
            return _rows(answer, operation, log)
        operation.answer, operation.open = answer, False
        return answer

    return call


def _rows(rows: Iterator[Any], operation: _Call, log: Log) -> Iterator[Any]:
    try:
        for row in rows:
            operation.rows = (operation.rows or 0) + 1
            yield row
    except GeneratorExit:
        raise
    except BaseException as error:
        operation.error = error
        log.note(error)
        raise


def _watched(function: Callable[..., Any], log: Log) -> Callable[..., Any]:
    """Note what a view from the side lacks: it may have to ask the adapter, too."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            answer = function(*args, **kwargs)
        except MissingOperation as error:
            log.note(error)
            raise
        return _watched_rows(answer, log) if isinstance(answer, Iterator) else answer

    return call


def _watched_rows(rows: Iterator[Any], log: Log) -> Iterator[Any]:
    try:
        yield from rows
    except MissingOperation as error:
        log.note(error)
        raise


class RecordedSubject:
    """A subject whose stores note every call."""

    def __init__(self, subject: Subject, log: Log) -> None:
        self._subject = subject
        self._log = log

    @property
    def store(self) -> Store:
        """The store under test, which may be another one after a reset."""
        return cast("Store", _Recorded(self._subject.store, "", self._log))

    @contextmanager
    def another_client(self) -> Iterator[Store]:
        """Open a second store whose calls are noted, too."""
        with self._subject.another_client() as store:
            yield cast("Store", _Recorded(store, "", self._log))

    @contextmanager
    def client_of(self, **given: Any) -> Iterator[Store]:
        """Open a second store on another URL or key whose calls are noted, too."""
        with self._subject.client_of(**given) as store:
            yield cast("Store", _Recorded(store, "", self._log))

    @contextmanager
    def another_database(self, **given: Any) -> Iterator[Subject]:
        """Open the adapter on a database of its own, with its calls noted, too."""
        with self._subject.another_database(**given) as other:
            yield cast("Subject", RecordedSubject(other, self._log))

    @contextmanager
    def own_servers(self) -> Iterator[OwnServers]:
        """Take servers that may be stopped, with the calls on them noted, too."""
        with self._subject.own_servers() as own:
            yield cast("OwnServers", _RecordedServers(own, self._log))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._subject, name)
        return _watched(found, self._log) if callable(found) else found


class _RecordedServers:
    def __init__(self, servers: OwnServers, log: Log) -> None:
        self._servers = servers
        self.subject = cast("Subject", RecordedSubject(servers.subject, log))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._servers, name)
