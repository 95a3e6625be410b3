"""Which stack is asked: the one that was wished, and never a given project where a copy was meant."""

from typing import NoReturn

import pytest

from harness.errors import ConfigurationError, StackError
from harness.settings import Settings
from migrations.security import project


@pytest.mark.parametrize("kind", ["embedded", "docker"])
def test_a_copy_is_made_in_the_stack_that_was_wished(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    def start(_settings: Settings, wished: str) -> NoReturn:
        raise StackError(f"started {wished}")

    monkeypatch.setattr(project, "start", start)
    settings = Settings.from_environ({"HARNESS_STACK": kind, "SUPABASE_URL": "http://127.0.0.1:9"})
    with pytest.raises(StackError, match=f"started {kind}"), project.opened(settings):
        pass


def test_a_given_project_needs_its_keys() -> None:
    settings = Settings.from_environ(
        {"SUPABASE_URL": "http://127.0.0.1:9", "SUPABASE_ANON_KEY": "sb_publishable_x"}
    )
    with (
        pytest.raises(ConfigurationError, match=r"^SUPABASE_SERVICE_ROLE_KEY must be set"),
        project.opened(settings),
    ):
        pass
