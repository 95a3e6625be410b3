"""Reads an answer into the reference API's fields, wherever another implementation puts them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import orjson

from harness.settings.endpoints import SECRET_FIELDS
from loadtests.scenarios.shapes import Kind, predicate, problem_of

__all__ = ["Layout", "WrongAnswer", "at", "at_or_none"]

_SECRETS = tuple(name.encode() for name in SECRET_FIELDS)


class WrongAnswer(Exception):
    """The answer is not right; the message says it in a few words that many wrong answers share."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the fields of an answer are, and of which kind each must be."""

    fields: Mapping[str, Kind]
    paths: Mapping[str, str]
    """Dotted path by field, for those that are not at the top under their own names."""
    items: Mapping[str, Kind] | None
    item_paths: Mapping[str, str]
    exact: bool
    """True if other fields must not be there."""

    @cached_property
    def _whole(self) -> "_Object":
        return _Object.of_kinds(self.fields, self.paths, "")

    @cached_property
    def _row(self) -> "_Object | None":
        return None if self.items is None else _Object.of_kinds(self.items, self.item_paths, "a row's ")

    def read(self, body: bytes) -> Mapping[str, Any]:
        """The fields by name, and ``rows`` as such mappings. Raises WrongAnswer."""
        try:
            whole = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise WrongAnswer(_no_json(body)) from error
        if any(name in body for name in _SECRETS):
            _refuse_secrets(whole)
        got = self._whole.read(whole, exact=self.exact)
        row = self._row
        if row is not None:
            got["rows"] = [row.read(one, exact=self.exact) for one in got["rows"]]
        return got


@dataclass(frozen=True)
class _Object:
    """The fields of one JSON object, ready to be read often: a list has thousands of them in a second."""

    fields: tuple[tuple[str, str | None, Kind, Callable[[Any], bool]], ...]
    """Name, dotted path unless it is the name, kind, and whether a value that is not null is of it."""
    of: str

    @classmethod
    def of_kinds(cls, fields: Mapping[str, Kind], paths: Mapping[str, str], of: str) -> Self:
        """Prepare what is known of the object."""
        return cls(tuple((name, paths.get(name), kind, predicate(kind)) for name, kind in fields.items()), of)

    def read(self, whole: Any, *, exact: bool) -> dict[str, Any]:
        """Its fields by name. Raises WrongAnswer."""
        if not isinstance(whole, dict):
            raise WrongAnswer("is no JSON object")
        got: dict[str, Any] = {}
        for name, path, kind, is_right in self.fields:
            try:
                value = whole[name] if path is None else at(whole, path)
            except KeyError as error:
                raise WrongAnswer(f"{self.of}{name} is missing") from error
            if not is_right(value):
                raise WrongAnswer(f"{self.of}{name} {problem_of(value, kind)}")
            got[name] = value
        if exact and len(whole) > len(got):
            surplus = min(set(whole) - set(got))
            raise WrongAnswer(f"{self.of}{surplus[:40]} does not belong there")
        return got


def at(value: Any, path: str) -> Any:
    """What stands at a dotted path, a number being an index into a list. Raises KeyError."""
    for part in path.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            raise KeyError(path)
    return value


def at_or_none(value: Any, path: str) -> Any:
    """The same; None where there is nothing."""
    try:
        return at(value, path)
    except KeyError:
        return None


def _refuse_secrets(value: Any) -> None:
    if isinstance(value, dict):
        for name in SECRET_FIELDS & value.keys():
            raise WrongAnswer(f"{name} must not be told")
        for inner in value.values():
            _refuse_secrets(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_secrets(inner)


def _no_json(body: bytes) -> str:
    if not body:
        return "is empty"
    try:
        json.loads(body)
    except ValueError:
        return "is no JSON"
    return "holds a number that no JSON may hold"  # NaN, or Infinity
