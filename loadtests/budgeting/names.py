"""Budgets name endpoints: one that nobody knows would never be judged."""

from collections.abc import Collection
from dataclasses import fields, replace
from typing import Final

from harness.errors import ConfigurationError
from harness.settings.budgets import ALL, Budgets
from harness.settings.toml_reader import suggestion

__all__ = ["check_names", "narrowed"]

_OF_ALL: Final = ("p50_ms", "p95_ms", "p99_ms", "errors")


def check_names(budgets: Budgets, known: Collection[str]) -> None:
    """Refuse a budget on an endpoint that is not among the known ones. Raises ConfigurationError."""
    for mode, budget in budgets.endpoints.get(ALL, {}).items():
        for one in fields(budget):
            if getattr(budget, one.name) is not None and one.name not in _OF_ALL:
                raise ConfigurationError(
                    f"[budgets.endpoints.{ALL}.{mode}] has {one.name}, and all requests together"
                    f" can only have {', '.join(_OF_ALL)}."
                )
    for name in budgets.endpoints:
        if name not in (*known, ALL):
            close = suggestion(name, sorted(known))
            raise ConfigurationError(
                f"[budgets.endpoints.{name}] names no endpoint of this run"
                f"{close or '; it has ' + ', '.join(sorted(known)) + '.'}"
            )


def narrowed(budgets: Budgets, endpoints: Collection[str]) -> tuple[Budgets, tuple[str, ...]]:
    """Leave out the endpoints that a profile does not call; says as well which, for the user to be told."""
    left_out = tuple(name for name in budgets.endpoints if name not in (*endpoints, ALL))
    kept = {name: modes for name, modes in budgets.endpoints.items() if name not in left_out}
    return replace(budgets, endpoints=kept), left_out
