"""An adapter that cannot be opened is named, with the reason, in one sentence."""

from pathlib import Path
from typing import Any

import pytest

from contracts.opening import locate, open_subject, takes_a_stack
from contracts.subjects import MemorySubject, StoreSubject
from harness.adapters.memory import MemoryStore
from harness.errors import ConfigurationError

HERE = __name__


def fresh() -> Any:
    return MemoryStore


def with_stack(stack: Path | None) -> MemorySubject:
    return MemorySubject.open(stack)


def subject() -> MemorySubject:
    return MemorySubject()


NUMBER = 3


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("json", "'json' is no adapter; write it as package.module:attribute."),
        (":x", "':x' is no adapter; write it as package.module:attribute."),
        ("json:", "'json:' is no adapter; write it as package.module:attribute."),
        (
            "no_such.module:x",
            "The adapter 'no_such.module:x' is not there: no module 'no_such' in the installed packages.",
        ),
        ("json.nothing:x", "The adapter 'json.nothing:x' is not there: no module 'json.nothing'"),
        ("json:nothing", "The adapter 'json:nothing' is not there: json has no 'nothing'."),
        ("json:loads.nothing", "The adapter 'json:loads.nothing' is not there: loads has no 'nothing'."),
        ("json:__name__", "The adapter 'json:__name__' is a str and cannot be called"),
    ],
)
def test_what_is_not_there_is_said(spec: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        locate(spec)
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize(("opener", "takes"), [(fresh, False), (with_stack, True), (subject, False)])
def test_function_with_a_parameter_takes_the_stack(opener: Any, *, takes: bool) -> None:
    assert takes_a_stack(opener) is takes


def test_what_a_function_returns_tells_what_it_is() -> None:
    assert isinstance(open_subject("own", fresh, None), StoreSubject)
    assert isinstance(open_subject("own", with_stack, None), MemorySubject)
    assert isinstance(open_subject("own", subject, None), MemorySubject)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (MemoryStore(), "own gave a MemoryStore; it should begin with empty rows and return the function"),
        (None, "own gave a NoneType; it should begin with empty rows and return the function"),
        (object, "own opened a object whose capabilities are NoneType, not a frozenset of Capability."),
    ],
)
def test_function_that_returns_something_else_is_refused(answer: object, sentence: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        open_subject("own", lambda: answer, None)
    assert str(raised.value).startswith(sentence)


def test_half_a_subject_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="own returned a MemoryStore without store"):
        open_subject("own", lambda _stack: MemoryStore(), None)
