"""Which store a name opens, and that nothing is ever opened instead."""

import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.adapters import registry
from harness.adapters.memory import MemoryStore
from harness.adapters.supabase import SupabaseStore
from harness.errors import ConfigurationError
from harness.settings import Settings

KEY = "s3cret-service-role-key"
SERVER = {"SUPABASE_URL": "http://localhost:1", "SUPABASE_SERVICE_ROLE_KEY": KEY}


def settings(tmp_path: Path) -> Settings:
    return Settings.from_environ({"HARNESS_HOME": str(tmp_path)})


def install(monkeypatch: pytest.MonkeyPatch, **adapters: str) -> None:
    """Pretend that packages with these adapters are installed; ``a__2`` is a second one called ``a``."""
    points = [EntryPoint(name.split("__")[0], value, registry.GROUP) for name, value in adapters.items()]

    def entry_points(**selection: Any) -> EntryPoints:
        return EntryPoints(points).select(**selection)

    monkeypatch.setattr(registry, "entry_points", entry_points)


def made_by_others(given: Settings) -> Any:
    return ("store of others", given)


def test_memory_needs_nothing_else() -> None:
    store = registry.open_store({"DB_MODE": "memory"})
    assert isinstance(store, MemoryStore)


def test_two_memory_stores_share_no_rows() -> None:
    first, second = (registry.open_store({"DB_MODE": "memory"}) for _ in range(2))
    assert isinstance(first, MemoryStore)
    assert isinstance(second, MemoryStore)
    assert first.database is not second.database


def test_supabase_opens_the_server_that_is_named() -> None:
    with registry.open_store({"DB_MODE": "supabase", **SERVER}) as store:
        assert isinstance(store, SupabaseStore)


@pytest.mark.parametrize("mode", ["Supabase", "MEMORY", " memory", "memory ", "postgres", "mem", "memory\n"])
def test_another_mode_is_refused_by_variable_value_and_choice(mode: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        registry.open_store({"DB_MODE": mode, **SERVER})
    message = str(caught.value)
    assert "DB_MODE" in message
    assert repr(mode) in message
    assert "memory" in message
    assert "supabase" in message
    assert KEY not in message


@pytest.mark.parametrize("environ", [{}, {"DB_MODE": ""}], ids=["unset", "empty"])
def test_no_mode_is_no_memory(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="DB_MODE is not set; set it to 'memory' or 'supabase'"):
        registry.open_store({**environ, **SERVER})


@pytest.mark.parametrize("missing", list(SERVER))
@pytest.mark.parametrize("value", [None, ""], ids=["unset", "empty"])
def test_supabase_without_a_variable_is_refused_by_its_name(missing: str, value: str | None) -> None:
    environ = {"DB_MODE": "supabase", **SERVER}
    del environ[missing]
    if value is not None:
        environ[missing] = value
    with pytest.raises(ConfigurationError, match=f"{missing} is not set") as caught:
        registry.open_store(environ)
    assert KEY not in str(caught.value)


def test_an_installed_adapter_is_opened_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "their_package", SimpleNamespace(open_theirs=made_by_others))
    install(monkeypatch, theirs="their_package:open_theirs")
    given = settings(tmp_path)
    opened: Any = registry.open_adapter("theirs", given)
    assert opened == ("store of others", given)
    assert registry.adapter_names() == ("memory", "supabase", "theirs")


def test_an_installed_adapter_is_no_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, theirs="their_package:open_theirs")
    with pytest.raises(ConfigurationError, match="DB_MODE='theirs'"):
        registry.open_store({"DB_MODE": "theirs"})


def test_no_package_replaces_an_adapter_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, memory="nothing:here")
    assert isinstance(registry.open_adapter("memory", settings(tmp_path)), MemoryStore)
    assert registry.adapter_names() == ("memory", "supabase")


def test_an_unknown_adapter_is_refused_with_the_names_there_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, theirs="nothing:here")
    with pytest.raises(
        ConfigurationError, match=r"no adapter 'Memory'; use 'memory' or 'supabase' or 'theirs'"
    ):
        registry.open_adapter("Memory", settings(tmp_path))


@pytest.mark.parametrize("value", ["no_such_module_at_all:store", "json:no_such_function"])
def test_an_adapter_that_cannot_be_loaded_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str
) -> None:
    install(monkeypatch, theirs=value)
    with pytest.raises(ConfigurationError, match=f"'theirs' \\({value}\\) cannot be loaded") as caught:
        registry.open_adapter("theirs", settings(tmp_path))
    assert caught.value.__cause__ is not None


def test_two_adapters_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, theirs="one:store", theirs__2="two:store")
    with pytest.raises(ConfigurationError, match=r"called 'theirs': one:store and two:store"):
        registry.open_adapter("theirs", settings(tmp_path))
