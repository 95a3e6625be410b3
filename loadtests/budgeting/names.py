"""Budgets name endpoints: one that nobody knows would never be judged."""

from collections.abc import Collection
from dataclasses import replace

from harness.errors import ConfigurationError
from harness.settings.budgets import Budgets
from harness.settings.toml_reader import suggestion

__all__ = ["check_names", "narrowed"]


def check_names(budgets: Budgets, known: Collection[str]) -> None:
    """Refuse a budget on an endpoint that is not among the known ones. Raises ConfigurationError."""
    for name in budgets.endpoints:
        if name not in known:
            close = suggestion(name, sorted(known))
            raise ConfigurationError(
                f"[budgets.endpoints.{name}] names no endpoint of this run"
                f"{close or '; it has ' + ', '.join(sorted(known)) + '.'}"
            )


def narrowed(budgets: Budgets, endpoints: Collection[str]) -> tuple[Budgets, tuple[str, ...]]:
    """Leave out the endpoints that a profile does not call; says as well which, for the user to be told."""
    left_out = tuple(name for name in budgets.endpoints if name not in endpoints)
    kept = {name: modes for name, modes in budgets.endpoints.items() if name in endpoints}
    return replace(budgets, endpoints=kept), left_out
