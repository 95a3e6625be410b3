"""From ``package.module:attribute`` to a `Subject`: our own adapters, and those of other projects."""

import inspect
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from contracts.subject import Subject
from contracts.subjects.store import StoreSubject
from harness.errors import ConfigurationError

__all__ = ["locate", "open_subject", "takes_a_stack"]

Opener = Callable[..., Any]


def locate(spec: str, directory: Path | None = None) -> Opener:
    """Import a function by its name; modules of `directory` are found behind all installed ones.

    Raises ConfigurationError for a name without colon, a module that is
    missing or cannot be imported, an attribute that is missing or that cannot
    be called.
    """
    module, _, path = spec.partition(":")
    if not module or not path:
        raise ConfigurationError(f"{spec!r} is no adapter; write it as package.module:attribute.")
    if directory is not None and str(directory) not in sys.path:
        sys.path.append(str(directory))
    try:
        found: Any = import_module(module)
    except (Exception, SystemExit) as error:
        raise ConfigurationError(_unimportable(spec, module, error, directory)) from error
    for name in path.split("."):
        if not hasattr(found, name):
            raise ConfigurationError(f"The adapter {spec!r} is not there: {_named(found)} has no {name!r}.")
        found = getattr(found, name)
    if not callable(found):
        raise ConfigurationError(
            f"The adapter {spec!r} is a {type(found).__name__} and cannot be called; name a function "
            "that begins with empty rows and returns the function that opens a client on them."
        )
    return cast("Opener", found)


def takes_a_stack(opener: Opener) -> bool:
    """Tell whether a function takes the record of a stack, so that one has to run."""
    try:
        parameters = inspect.signature(opener).parameters.values()
    except (TypeError, ValueError):
        return False
    positional = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    return any(one.kind in positional and one.default is inspect.Parameter.empty for one in parameters)


def open_subject(name: str, opener: Opener, stack: Path | None, argument: str | None = None) -> Subject:
    """Open the subject of one worker.

    A function with a parameter is given the record of the stack, and the
    `argument` of its adapter, if there is one. What it
    returns is a `Subject`; or, without a parameter, it begins with empty rows
    at each call, as `contracts.subjects.Fresh` says.
    """
    if takes_a_stack(opener):
        return _checked(name, opener(stack) if argument is None else opener(stack, argument))
    begun = opener()
    if hasattr(begun, "stored_rows"):
        return _checked(name, begun)
    # The first answer told what the function is; it was the one of an empty set of rows, and serves as such.
    first = [begun]
    return StoreSubject(lambda: first.pop() if first else opener(), name)


def _checked(name: str, subject: Any) -> Subject:
    missing = [one for one in ("store", "capabilities", "stored_rows", "reset") if not hasattr(subject, one)]
    if missing:
        raise ConfigurationError(
            f"{name} returned a {type(subject).__name__} without {missing[0]}; a Subject has it."
        )
    return cast("Subject", subject)


def _unimportable(spec: str, module: str, error: BaseException, directory: Path | None) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name and f"{module}.".startswith(f"{error.name}."):
        places = "the installed packages" + ("" if directory is None else f" and {directory}")
        return f"The adapter {spec!r} is not there: no module {error.name!r} in {places}."
    text = " ".join(str(error).split())
    return f"The adapter {spec!r} cannot be imported: {type(error).__name__}: {text[:300]}"


def _named(found: Any) -> str:
    return str(getattr(found, "__name__", type(found).__name__))
