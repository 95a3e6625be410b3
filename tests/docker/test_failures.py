"""A stack that cannot start says why, in the words of its containers, and leaves nothing."""

from dataclasses import replace

import pytest

from harness.errors import StackError
from harness.settings import Settings
from harness.settings.docker import DockerSettings
from harness.stack.docker.engine import Engine
from harness.stack.docker.labels import MACHINE, this_machine
from harness.stack.docker.stack import DockerStack
from tests.docker.conftest import prepare

MISSING = "localhost:1/nobody/nothing:none"


def containers(engine: Engine) -> set[str]:
    chosen: dict[str, str | list[str] | bool] = {"label": f"{MACHINE}={this_machine()}"}
    return {str(one.id) for one in engine.client.containers.list(all=True, filters=chosen)}


def changed(settings: Settings, **images: str) -> Settings:
    kept = {name: getattr(settings.docker, name) for name in ("postgres", "postgrest", "python")}
    return replace(settings, docker=DockerSettings(network=settings.docker.network, **{**kept, **images}))


@pytest.mark.parametrize("name", ["postgres", "postgrest", "python"])
def test_an_image_that_cannot_be_had_is_named(settings: Settings, name: str) -> None:
    with pytest.raises(
        StackError, match=f"{MISSING} is not on this machine .* HARNESS_DOCKER_{name.upper()}"
    ):
        DockerStack.start(changed(settings, **{name: MISSING}), prepare=prepare)


def test_a_server_that_ends_at_start_is_quoted(engine: Engine, settings: Settings) -> None:
    before = containers(engine)
    # PostgREST does not know the options of Postgres, and prints its own.
    with pytest.raises(StackError, match=r"ended with status 1: .*Path to configuration file"):
        DockerStack.start(changed(settings, postgres=settings.docker.postgrest), prepare=prepare)
    assert containers(engine) == before


def test_a_gateway_that_ends_at_start_is_quoted(engine: Engine, settings: Settings) -> None:
    before = containers(engine)
    wrong = changed(settings, python=settings.docker.postgrest)
    with DockerStack.start(wrong, prepare=prepare) as stack, pytest.raises(StackError, match="gateway"):
        stack.clone()
    assert containers(engine) == before


def test_migrations_that_fail_leave_nothing(engine: Engine, settings: Settings) -> None:
    before = containers(engine)

    def broken(_: str) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        DockerStack.start(settings, prepare=broken)
    assert containers(engine) == before
