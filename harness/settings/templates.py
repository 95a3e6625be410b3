"""Templates of requests: JSON values, paths and headers with ``{placeholders}``.

A text that is one placeholder and nothing else becomes the value itself, a
list or a number, say; inside of a longer text it becomes the text of it.
``{{`` and ``}}`` stand for braces. In the query of a path, a parameter whose
placeholder has no value is left out.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

__all__ = ["BadTemplate", "escaped", "names", "render", "render_path"]

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")


class BadTemplate(ValueError):
    """A brace that begins or ends no placeholder; the message names the text."""


def names(template: Any) -> Iterator[str]:
    """Every placeholder of a template, in order. Raises BadTemplate."""
    if isinstance(template, str):
        yield from _names(template)
    elif isinstance(template, Mapping):
        for key, value in template.items():
            yield from names(key)
            yield from names(value)
    elif isinstance(template, list | tuple):
        for value in template:
            yield from names(value)


def render(template: Any, values: Mapping[str, Any]) -> Any:
    """The template with its placeholders replaced. Raises KeyError for one that has no entry in `values`."""
    if isinstance(template, str):
        whole = re.fullmatch(r"\{([A-Za-z][A-Za-z0-9]*)\}", template)
        return values[whole[1]] if whole is not None else _text(template, values)
    if isinstance(template, Mapping):
        return {_text(key, values): render(value, values) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [render(value, values) for value in template]
    return template


def render_path(template: str, values: Mapping[str, Any]) -> str:
    """A path with its query, each value percent-encoded."""
    encoded = {
        name: None if value is None else quote(_word(value), safe="")
        for name, value in values.items()
        if name in set(_names(template))
    }
    path, _, query = template.partition("?")
    kept = [
        _text(parameter, encoded)
        for parameter in query.split("&")
        if parameter and all(encoded[name] is not None for name in _names(parameter))
    ]
    return _text(path, encoded) + ("?" + "&".join(kept) if kept else "")


def escaped(text: str) -> str:
    """A text that stands for itself in a template."""
    return text.replace("{", "{{").replace("}", "}}")


def _names(text: str) -> Iterator[str]:
    for token in _TOKEN.finditer(text):
        if token[0] in {"{{", "}}"}:
            continue
        if token[1] is None or _NAME.fullmatch(token[1]) is None:
            raise BadTemplate(f"{text!r} has a brace that belongs to no {{placeholder}}; write {{{{ for one")
        yield token[1]


def _text(template: str, values: Mapping[str, Any]) -> str:
    def replaced(token: re.Match[str]) -> str:
        if token[0] in {"{{", "}}"}:
            return token[0][0]
        return _word(values[token[1]])

    return _TOKEN.sub(replaced, template)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
