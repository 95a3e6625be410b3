"""The store that an API is served on, and the servers behind it if it has to start them."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from harness.adapters.protocol import Store
from harness.adapters.registry import open_adapter
from harness.errors import ConfigurationError
from harness.settings import DbMode, Settings, StackKind
from harness.stack.coordinates import Coordinates

__all__ = ["chosen_mode", "opened"]


def chosen_mode(option: DbMode | None, settings: Settings) -> DbMode:
    """Return the mode that the option or DB_MODE names. Raises ConfigurationError if none or both differ."""
    if option is not None and settings.db_mode is not None and option != settings.db_mode:
        raise ConfigurationError(
            f"--db-mode {option} contradicts DB_MODE={settings.db_mode}. Give one of them, or both the same."
        )
    mode = option or settings.db_mode
    if mode is None:
        raise ConfigurationError(
            "no mode is given: use --db-mode memory or --db-mode supabase, or set DB_MODE."
        )
    return mode


@contextlib.contextmanager
def opened(
    mode: DbMode, stack: StackKind | None, settings: Settings, say: Callable[[str], None]
) -> Iterator[Store]:
    """Open the store, and close it at the end. Raises ConfigurationError and StackError.

    Supabase is, in this order: the project of SUPABASE_URL, the stack that `harness stack up` keeps, one
    that lives as long as this process.
    """
    if mode == "memory":
        if stack is not None:
            raise ConfigurationError("--stack is for --db-mode supabase: memory has no servers.")
        say("The data is in this process's memory, and ends with it.")
        with open_adapter("memory", settings) as store:
            yield store
        return
    kind = stack or settings.stack
    with contextlib.ExitStack() as owned:
        if kind != "external":
            # Imported here: what starts servers takes longer to import than all the rest of the API.
            from harness.api.ours import coordinates  # noqa: PLC0415  # see above

            settings = _pointed(settings, coordinates(settings, kind, say, owned))
        yield owned.enter_context(open_adapter("supabase", settings))


def _pointed(settings: Settings, at: Coordinates) -> Settings:
    return replace(settings, supabase_url=at.supabase_url, supabase_service_role_key=at.service_role_key)
