"""By which budgets a comparison is judged: the user's own, or those that come with the reference API."""

from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

from harness.errors import ConfigurationError
from harness.settings.budgets import ALL, Budgets
from harness.settings.parity_toml import ParityToml, parse
from loadtests.budgeting.names import check_names, narrowed
from loadtests.comparison.preparation import Prepared

__all__ = ["chosen_budgets", "judged_by"]

_REFERENCE = "reference.toml"


def judged_by(config: ParityToml, prepared: Prepared, *, is_part: bool) -> tuple[Budgets, tuple[str, ...]]:
    """Return the budgets that decide about a comparison, and for a part of the mix what they leave out.

    They are those of parity.toml, or those of the reference API. Raises ConfigurationError, before minutes of
    work: for another application without budgets, as nobody knows what it may take; for one on an endpoint
    that nobody knows; and if nothing would be judged.
    """
    budgets = chosen_budgets(config)
    check_names(budgets, prepared.known)
    if not budgets.endpoints:
        raise ConfigurationError(
            "[budgets] of parity.toml has no [budgets.endpoints.NAME.MODE], so that a comparison would judge "
            "nothing. Add one; harness load calibrate prints a section that this machine can hold."
        )
    return _part(budgets, prepared) if is_part else (budgets, ())


def chosen_budgets(config: ParityToml) -> Budgets:
    """Return the budgets of parity.toml, or those of the reference API.

    Raises ConfigurationError for another application without budgets: nobody knows what it may take.
    """
    if config.budgets is not None:
        return config.budgets
    if config.api is not None:
        raise ConfigurationError(
            f"parity.toml says how {config.api.name} is called, but has no [budgets], so that nothing would "
            "be judged. harness load calibrate prints a section that this machine can hold."
        )
    text = files("loadtests.budgeting").joinpath(_REFERENCE).read_text(encoding="utf-8")
    budgets = parse(text, name=_REFERENCE, directory=Path.cwd(), today=date.min).budgets
    if budgets is None:
        raise ConfigurationError(f"{_REFERENCE} of this installation has no [budgets]: install it again.")
    return budgets


def _part(budgets: Budgets, prepared: Prepared) -> tuple[Budgets, tuple[str, ...]]:
    """The budgets of what gets requests, and a sentence about the others."""
    kept, left_out = narrowed(budgets, prepared.weights)
    # "All requests" are other ones in a part: a budget of theirs says nothing about it.
    judged = {name: modes for name, modes in kept.endpoints.items() if name != ALL}
    called = ", ".join(prepared.weights)
    if not judged:
        raise ConfigurationError(
            f"[budgets] says nothing of {called}, so that nothing would be judged. "
            "Name an endpoint by --endpoint that has a [budgets.endpoints.NAME.MODE]."
        )
    others = [*left_out, *(ALL for name in kept.endpoints if name == ALL)]
    said = f"Only {called} got requests, as --endpoint says"
    passed_over = f"; budgets of {', '.join(others)} were not judged" if others else ""
    return replace(kept, endpoints=judged), (f"{said}{passed_over}.",)
