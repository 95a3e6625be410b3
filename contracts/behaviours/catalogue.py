"""Reads the statements, and compares them with the manifest in both directions."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Self

from contracts.manifest import Entry
from harness.errors import ConfigurationError

__all__ = ["Behaviour", "Behaviours", "gaps"]

_PATTERN = re.compile(r"[a-z0-9_*]+\.[a-z0-9_*]+(\[[^\]]*\])?")
_KEYS = {"says", "cases", "tests"}


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """One statement about every adapter, or about the suite itself."""

    key: str
    """``queues.stale``: the file that holds it and its name there."""
    heading: str
    says: str
    cases: tuple[str, ...]
    """Patterns of case ids.

    ``queues_claim.limit_of_a_claim`` means all of its parameters, ``…[sync_jobs]`` one of them; ``*`` stands
    for any letters, where a whole module proves one statement.
    """
    tests: tuple[str, ...] = ()
    """Tests of this project, as ``tests/unit/contracts/test_manifest.py::test_name``."""

    def covers(self, case: str) -> bool:
        """Say whether a case is among those that prove the statement."""
        return any(_matches(pattern, case) for pattern in self.cases)


@dataclass(frozen=True)
class Behaviours:
    """All statements, in the order of their headings."""

    all: tuple[Behaviour, ...]

    @classmethod
    def packaged(cls) -> Self:
        """Read the statements of this package. Raises ConfigurationError unless all can be read."""
        found = [entry for entry in files(__package__).iterdir() if entry.name.endswith(".toml")]
        try:
            texts = {entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8") for entry in found}
        except (OSError, UnicodeError) as error:
            raise ConfigurationError(f"The statements of the contract cannot be read: {error}.") from error
        return cls.loads(texts)

    @classmethod
    def loads(cls, texts: Mapping[str, str]) -> Self:
        """Read one TOML text per heading, by the name of its file. Raises ConfigurationError."""
        headings = [_heading(name, text) for name, text in sorted(texts.items())]
        headings.sort(key=lambda heading: heading[0])
        return cls(tuple(behaviour for _, behaviours in headings for behaviour in behaviours))

    def proved_by(self, case: str) -> tuple[Behaviour, ...]:
        """Return the statements that a case proves."""
        return tuple(behaviour for behaviour in self.all if behaviour.covers(case))


def gaps(behaviours: Behaviours, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield, as sentences, what keeps statements and cases from covering each other."""
    ids = [entry.id for entry in entries]
    covered: set[str] = set()
    for behaviour in behaviours.all:
        if not behaviour.cases and not behaviour.tests:
            yield f"{behaviour.key} is proved by nothing: name a case of it."
        for pattern in behaviour.cases:
            matched = [id_ for id_ in ids if _matches(pattern, id_)]
            if not matched:
                yield f"{behaviour.key} names {pattern!r}, and the manifest has no such case."
            covered.update(matched)
    yield from (
        f"{id_} proves no statement: name it in contracts/behaviours." for id_ in ids if id_ not in covered
    )
    for text, number in Counter(behaviour.says for behaviour in behaviours.all).items():
        if number > 1:
            yield f"The statement {text!r} stands there {number} times."


def _matches(pattern: str, case: str) -> bool:
    """Compare a case id with a pattern, which means all parameters unless it names one."""
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    parameters = "" if pattern.endswith("]") else r"(\[.*\])?"
    return re.fullmatch(expression + parameters, case) is not None


def _heading(name: str, text: str) -> tuple[int, list[Behaviour]]:
    """Read one file: its place among the others, and its statements."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _broken(name, str(error)) from error
    title, order = data.pop("title", None), data.pop("order", None)
    if not isinstance(title, str) or not isinstance(order, int):
        raise _broken(name, "it needs a title, a text, and an order, an integer")
    return order, [_behaviour(name, title, key, value) for key, value in data.items()]


def _behaviour(name: str, title: str, key: str, value: Any) -> Behaviour:
    if not isinstance(value, dict) or not set(value) <= _KEYS or not isinstance(value.get("says"), str):
        raise _broken(name, f"[{key}] is not a table of says, cases and tests")
    cases, tests = value.get("cases", []), value.get("tests", [])
    for field, named in (("cases", cases), ("tests", tests)):
        if not isinstance(named, list) or not all(isinstance(item, str) for item in named):
            raise _broken(name, f"{field} of [{key}] is not a list of texts")
        twice = [item for item, number in Counter(named).items() if number > 1]
        if twice:
            raise _broken(name, f"[{key}] names {twice[0]!r} twice")
    for pattern in cases:
        if not _PATTERN.fullmatch(pattern):
            raise _broken(name, f"{pattern!r} of [{key}] is no case: module.function, or with its parameters")
    return Behaviour(
        key=f"{name}.{key}", heading=title, says=value["says"], cases=tuple(cases), tests=tuple(tests)
    )


def _broken(name: str, why: str) -> ConfigurationError:
    return ConfigurationError(f"The statements in contracts/behaviours/{name}.toml cannot be used: {why}.")
