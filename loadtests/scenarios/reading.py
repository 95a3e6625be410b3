"""Reads an answer into the reference API's fields, wherever another implementation puts them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from harness.settings.endpoints import SECRET_FIELDS
from loadtests.scenarios.shapes import Kind, problem_of

__all__ = ["Layout", "WrongAnswer", "at"]

_MISSING = object()


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

    def read(self, body: bytes) -> Mapping[str, Any]:
        """The fields by name, and ``rows`` as such mappings. Raises WrongAnswer."""
        try:
            whole = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise WrongAnswer(_no_json(body)) from error
        _refuse_secrets(whole)
        got = _read(whole, self.fields, self.paths, "", exact=self.exact)
        if self.items is not None:
            got["rows"] = [
                _read(row, self.items, self.item_paths, "a row's ", exact=self.exact) for row in got["rows"]
            ]
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


def _read(
    whole: Any, fields: Mapping[str, Kind], paths: Mapping[str, str], of: str, *, exact: bool
) -> dict[str, Any]:
    if not isinstance(whole, dict):
        raise WrongAnswer("is no JSON object")
    got: dict[str, Any] = {}
    for name, kind in fields.items():
        try:
            value = at(whole, paths.get(name, name))
        except KeyError as error:
            raise WrongAnswer(f"{of}{name} is missing") from error
        problem = problem_of(value, kind)
        if problem is not None:
            raise WrongAnswer(f"{of}{name} {problem}")
        got[name] = value
    if exact and len(whole) > len(fields):
        surplus = min(set(whole) - set(fields))
        raise WrongAnswer(f"{of}{surplus[:40]} does not belong there")
    return got


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
