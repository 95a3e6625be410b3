"""By which budgets a comparison is judged: the user's own, or those that come with the reference API."""

from datetime import date
from importlib.resources import files
from pathlib import Path

from harness.errors import ConfigurationError
from harness.settings.budgets import Budgets
from harness.settings.parity_toml import ParityToml, parse

__all__ = ["chosen_budgets"]

_REFERENCE = "reference.toml"


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
