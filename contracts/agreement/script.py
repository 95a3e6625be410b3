"""Writes a sequence as a Python script that anybody can run. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from math import isfinite
from typing import Any
from uuid import UUID

from contracts.agreement.steps import SETTLE, TO_REFERENCE, TO_SUBJECT, Assigned, CursorOf, Step
from contracts.plan import Adapter, Level
from harness.adapters.protocol import Actor
from harness.adapters.queries import Condition, Order
from harness.models import New, Patch

__all__ = ["script", "source"]

_WIDTH = 100
_LONG = 200
_HOUSEKEEPING = {SETTLE, TO_REFERENCE, TO_SUBJECT}
_HEAD = '''"""Repeats the calls after which {name} and the reference disagree: python {file}

{what}

Exit status: 1 if they still do, 0 if they agree, 2 if that could not be checked.
"""

{imports}

ADAPTER = {adapter}


def steps(pair: Pair) -> None:
{steps}


if __name__ == "__main__":
    raise SystemExit(reproduce(ADAPTER, steps, level="{level}"))
'''


def script(
    adapter: Adapter, steps: Sequence[Step], *, expected: str, actual: str, level: Level, file: str
) -> str:
    """Return the source of a script that repeats the steps; the last one is where the two part."""
    shown = [f"    {_statement(step)}" for step in steps]
    shown[-1:] = [
        f"    # Here {adapter.name} differs:",
        f"    #   expected {_comment(expected)}",
        f"    #   actual   {_comment(actual)}",
        shown[-1],
    ]
    body = "\n".join(shown)
    made = source(adapter)
    return _HEAD.format(
        name=adapter.name,
        file=file,
        what=f"{len(steps)} steps; what differs stands above the last one.",
        imports=_imports(steps, body),
        adapter=made,
        steps=body,
        level=level,
    )


def _statement(step: Step) -> str:
    if step.operation in _HOUSEKEEPING:
        return f"pair.{step.operation}()"
    client = [] if step.client == 0 else [f"client={step.client}"]
    named = [f"{name}={source(value, 8)}" for name, value in step.kwargs.items()]
    return _call(
        "pair.do", [repr(step.operation), *(source(arg, 8) for arg in step.args), *named, *client], 4
    )


def source(value: Any, indent: int = 0) -> str:
    """Return an expression that makes the value, in ASCII."""
    made = _call_of(value, indent)
    return made if made is not None else _literal(value)


def _call_of(value: Any, indent: int) -> str | None:  # noqa: PLR0911  # one per kind of value
    match value:
        case UUID():
            return f'UUID("{value}")'
        case datetime():
            return _datetime(value)
        case Assigned():
            return f"Assigned({value.number}{', upper=True' if value.upper else ''})"
        case CursorOf():
            return f"CursorOf({value.number})"
        case New() | Patch():
            return _call(type(value).__name__, _named(value.values, indent), indent)
        case Condition() | Order() | Actor():
            return f"{type(value).__name__}({', '.join(map(source, vars(value).values()))})"
        case Adapter():
            given = {item.name: getattr(value, item.name) for item in fields(value) if item.name != "cases"}
            named = {name: item for name, item in given.items() if item not in {None, False}}
            return _call("Adapter", _named(named, indent), indent)
        case _:
            return None


def _literal(value: Any) -> str:
    match value:
        case float() if not isfinite(value):
            return f'float("{value}")'
        case str() if len(value) > _LONG and len(set(value[:-1])) == 1:
            return f"{value[0]!a} * {len(value) - 1} + {value[-1]!a}"
        case list():
            return f"[{', '.join(map(source, value))}]"
        case tuple():
            return f"({''.join(source(item) + ', ' for item in value).strip()})"
        case dict():
            return "{" + ", ".join(f"{source(key)}: {source(item)}" for key, item in value.items()) + "}"
        case _:
            return ascii(value)


def _named(values: Mapping[str, Any], indent: int) -> list[str]:
    return [f"{name}={source(value, indent + 4)}" for name, value in values.items()]


def _call(name: str, parts: Iterable[str], indent: int) -> str:
    """Write a call in one line, or with one line per argument."""
    parts = list(parts)
    line = f"{name}({', '.join(parts)})"
    if len(line) + indent <= _WIDTH and "\n" not in line:
        return line
    inner = "".join(f"{' ' * (indent + 4)}{part},\n" for part in parts)
    return f"{name}(\n{inner}{' ' * indent})"


def _datetime(value: datetime) -> str:
    numbers = [value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond]
    while len(numbers) > 3 and numbers[-1] == 0:
        numbers.pop()
    zone = ", tzinfo=UTC" if value.tzinfo is UTC else ""
    return f"datetime({', '.join(map(str, numbers))}{zone})"


def _comment(text: str) -> str:
    return ascii(" ".join(text.split()))[1:-1][:400]


def _imports(steps: Sequence[Step], body: str) -> str:
    """Import what the steps name."""
    models = sorted({type(v).__name__ for step in steps for v in step.args if isinstance(v, New | Patch)})
    symbols = [name for name in ("Assigned", "CursorOf") if f"{name}(" in body]
    lines = [
        _from("datetime", [*["UTC"] * ("=UTC" in body), *["datetime"] * ("datetime(" in body)]),
        _from("uuid", ["UUID"] * ("UUID(" in body)),
        "",
        _from("contracts.agreement.pair", ["Pair"]),
        _from("contracts.agreement.reproduce", ["reproduce"]),
        _from("contracts.agreement.steps", symbols),
        _from("contracts.plan", ["Adapter"]),
        _from("harness.adapters.protocol", ["Actor"] * ("Actor(" in body)),
        _from("harness.adapters.queries", [n for n in ("Condition", "Order") if f"{n}(" in body]),
        _from("harness.models", models),
    ]
    return "\n".join(line for line in lines if line is not None).strip()


def _from(module: str, names: Sequence[str]) -> str | None:
    return f"from {module} import {', '.join(names)}" if names else None
