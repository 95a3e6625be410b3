"""From a pytest item to the case it stands for."""

from pathlib import Path
from typing import Any

import pytest

from contracts.events import CaseInfo

__all__ = ["case_info", "first_sentence", "function_id"]


def case_info(item: pytest.Item, adapter_parameter: str, prefix: str) -> CaseInfo:
    """Read id, level, needs and heading off an item.

    The adapter is the first parameter of each item, with a prefix in its id;
    what remains is the id of the case.
    """
    callspec: Any = getattr(item, "callspec", None)
    adapter, parameters = "", "" if callspec is None else str(callspec.id)
    if callspec is not None and adapter_parameter in callspec.params:
        adapter = str(callspec.params[adapter_parameter])
        parameters = parameters.removeprefix(prefix + adapter).removeprefix("-")
    needs = sorted({capability.value for mark in item.iter_markers("needs") for capability in mark.args})
    return CaseInfo(
        id=function_id(item) + (f"[{parameters}]" if parameters else ""),
        adapter=adapter,
        level="core" if item.get_closest_marker("strict") is None else "strict",
        needs=tuple(needs),
        heading=_heading(item),
        where=_where(item),
    )


def function_id(item: pytest.Item) -> str:
    """Return the id of a case without what it is parametrized with: module and function."""
    module = item.path.stem.removeprefix("test_")
    name = str(getattr(item, "originalname", None) or item.name).removeprefix("test_")
    return f"{module}.{name}"


def first_sentence(text: str | None) -> str:
    """Return the first sentence of a docstring in one line."""
    paragraph = " ".join((text or "").strip().split("\n\n")[0].split())
    end = paragraph.find(". ")
    return paragraph if end < 0 else paragraph[: end + 1]


def _heading(item: pytest.Item) -> str:
    module = getattr(item, "module", None)
    return first_sentence(getattr(module, "__doc__", None)).split(":")[0].rstrip(".")


def _where(item: pytest.Item) -> str:
    path, line, _ = item.location
    return f"{Path(path).name}:{(line or 0) + 1}"
