"""One operation of the protocol as a value, which can be run on any store and printed as source."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from contracts.recording import described
from harness.adapters.bridge.errors import MissingOperation
from harness.adapters.protocol import Store
from harness.adapters.queries import Condition
from harness.errors import StoreError
from harness.models import New, Patch

__all__ = [
    "SETTLE",
    "TO_REFERENCE",
    "TO_SUBJECT",
    "Answer",
    "Assigned",
    "CursorOf",
    "Step",
    "ask",
    "resolved",
]

SETTLE = "settle"
"""The step that compares everything that both sides have stored."""
TO_REFERENCE = "carry_to_reference"
TO_SUBJECT = "carry_to_subject"
"""The steps that export all rows of one side and import them into the other."""


@dataclass(frozen=True)
class Assigned:
    """The id of a row that the store chose: the n-th such pair, another id on each side."""

    number: int
    upper: bool = False
    """In capital letters, which must find the same row."""


@dataclass(frozen=True)
class CursorOf:
    """The cursor that the n-th page returned, another text on each side."""

    number: int


@dataclass(frozen=True)
class Step:
    """One call, the same on both sides but for ids and cursors that the stores chose."""

    operation: str
    """``bookings.get``, ``book``; or one of the steps above, which are no calls."""
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    client: int = 0
    """Which of the clients of the adapter under test makes the call."""


@dataclass(frozen=True)
class Answer:
    """What a call came to: a value, or an error by its kind and its subject."""

    value: Any = None
    error: tuple[str, str | None] | None = None
    unexpected: Exception | None = None
    """An exception that is none of the protocol's."""
    told: str = field(default="", compare=False)
    """The error as reports name it."""

    @property
    def kind(self) -> str:
        """``ok``, or the kind of the error."""
        return "ok" if self.error is None else self.error[0]


def ask(store: Store, step: Step) -> Answer:
    """Make the call and return what came of it, whatever that is."""
    target: Any = store
    try:
        for name in step.operation.split("."):
            target = getattr(target, name)
        value = target(*step.args, **step.kwargs)
        return Answer(tuple(value) if isinstance(value, Iterator) else value)
    except StoreError as error:
        return Answer(error=(error.kind, error.subject), told=described(error))
    except MissingOperation:
        raise  # no answer: the adapter cannot be asked
    except Exception as error:  # noqa: BLE001 - a driver's error that leaks through is a finding
        return Answer(error=(type(error).__name__, " ".join(str(error).split())[:200]), unexpected=error)


def resolved(step: Step, known: Callable[[Assigned | CursorOf], Any]) -> Step:
    """Return the step with the ids and cursors of one side in it."""
    args = tuple(_resolve(value, known) for value in step.args)
    return replace(step, args=args, kwargs={name: _resolve(v, known) for name, v in step.kwargs.items()})


def _resolve(value: Any, known: Callable[[Assigned | CursorOf], Any]) -> Any:  # noqa: PLR0911  # one per kind of value
    match value:
        case Assigned() | CursorOf():
            return known(value)
        case New() | Patch():
            return type(value)(**{name: _resolve(item, known) for name, item in value.values.items()})
        case Condition():
            return replace(value, value=_resolve(value.value, known))
        case list():
            return [_resolve(item, known) for item in value]
        case tuple():
            return tuple(_resolve(item, known) for item in value)
        case dict():
            return {key: _resolve(item, known) for key, item in value.items()}
        case _:
            return value
