"""Which adapter a name stands for. There is no default and no fallback.

``DB_MODE`` is ``memory`` or ``supabase``, to the letter. Other packages add
adapters, by a name of their own, as entry points of the group
``harness.adapters``: each a function from `Settings` to `Store`.
"""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any, get_args

from harness.adapters.memory import MemoryStore
from harness.adapters.protocol import Store
from harness.errors import ConfigurationError
from harness.settings import DbMode, Settings

__all__ = ["GROUP", "adapter_names", "open_adapter", "open_store"]

GROUP = "harness.adapters"


def open_store(environ: Mapping[str, str] | None = None) -> Store:
    """Open the store that ``DB_MODE`` names.

    Raises ConfigurationError if it is unset or is anything but the exact name
    of a mode, or if a variable that the mode needs is missing.
    """
    settings = Settings.from_environ(environ)
    if settings.db_mode is None:
        raise ConfigurationError(f"DB_MODE is not set; set it to {_either(get_args(DbMode))}.")
    return _OWN[settings.db_mode](settings)


def open_adapter(name: str, settings: Settings) -> Store:
    """Open an adapter by its name: one of our own, or of an installed package.

    Raises ConfigurationError if there is none, if two packages claim the
    name, or if the adapter cannot be loaded.
    """
    if name in _OWN:
        return _OWN[name](settings)
    found = entry_points(group=GROUP, name=name)
    if not found:
        raise ConfigurationError(f"There is no adapter {name!r}; use {_either(adapter_names())}.")
    if len(found) > 1:
        places = " and ".join(sorted(point.value for point in found))
        raise ConfigurationError(f"Two adapters are called {name!r}: {places}. Uninstall one of them.")
    (point,) = found
    try:
        factory: Callable[[Settings], Any] = point.load()
    except (AttributeError, ImportError) as error:
        raise ConfigurationError(
            f"The adapter {name!r} ({point.value}) cannot be loaded: {error}."
        ) from error
    store: Store = factory(settings)
    return store


def adapter_names() -> tuple[str, ...]:
    """Return the names that `open_adapter` accepts, our own first."""
    return (*_OWN, *sorted({point.name for point in entry_points(group=GROUP)} - set(_OWN)))


def _memory(_settings: Settings) -> Store:
    return MemoryStore()


def _supabase(settings: Settings) -> Store:
    url = _required("SUPABASE_URL", settings.supabase_url)
    key = _required("SUPABASE_SERVICE_ROLE_KEY", settings.supabase_service_role_key)
    # Imported here, so that memory works without waiting for an HTTP client that it does not need.
    from harness.adapters.supabase import SupabaseStore  # noqa: PLC0415  # see above

    return SupabaseStore(url, key, timeout_s=settings.timeout_s)


_OWN: Mapping[str, Callable[[Settings], Store]] = {"memory": _memory, "supabase": _supabase}


def _required(name: str, value: str | None) -> str:
    if value is None:
        raise ConfigurationError(f"{name} is not set; the adapter 'supabase' needs it.")
    return value


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(repr(name) for name in names)
