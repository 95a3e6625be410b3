"""A stack that ends while it starts says why, in the words of its containers, and leaves nothing."""

import secrets
from collections.abc import Callable, Iterator

import pytest

from harness.errors import StackError
from harness.settings import Settings
from harness.stack.docker.engine import Engine
from harness.stack.docker.stack import DockerStack
from tests.docker.changes import changed, containers
from tests.docker.conftest import prepare

Spoil = Callable[[str, str], str]


@pytest.fixture
def spoilt(engine: Engine) -> Iterator[Spoil]:
    """Make an image like another one but for one instruction."""
    made: list[str] = []

    def spoilt(image: str, instruction: str) -> str:
        container = engine.client.containers.create(image)
        try:
            tag = secrets.token_hex(4)
            container.commit(repository="parity-test-spoilt", tag=tag, changes=instruction)
        finally:
            container.remove(v=True)
        made.append(f"parity-test-spoilt:{tag}")
        return made[-1]

    yield spoilt
    for image in made:
        engine.client.images.remove(image, force=True)


def test_a_postgres_that_ends_at_start_is_quoted(engine: Engine, settings: Settings, spoilt: Spoil) -> None:
    before = containers(engine)
    image = spoilt(settings.docker.postgres, 'ENTRYPOINT ["/bin/sh", "-c", "echo on purpose; exit 3"]')
    with pytest.raises(StackError, match=r"\(HARNESS_DOCKER_POSTGRES\) ended with status 3: on purpose"):
        DockerStack.start(changed(settings, postgres=image), prepare=prepare)
    assert containers(engine) == before


def test_a_gateway_that_ends_at_start_is_quoted(engine: Engine, settings: Settings, spoilt: Spoil) -> None:
    before = containers(engine)
    image = spoilt(settings.docker.python, "ENV PYTHONHOME=/nowhere")
    with (
        DockerStack.start(changed(settings, python=image), prepare=prepare) as stack,
        pytest.raises(StackError, match=r"The gateway of .*\(HARNESS_DOCKER_PYTHON\), ended with status"),
    ):
        stack.clone()
    assert containers(engine) == before


def test_migrations_that_fail_leave_nothing(engine: Engine, settings: Settings) -> None:
    before = containers(engine)

    def broken(_: str) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        DockerStack.start(settings, prepare=broken)
    assert containers(engine) == before
