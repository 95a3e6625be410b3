from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from loadtests.generation.messages import Open
from loadtests.generation.node import Node
from tests.integration.loadtests.generation.moody_server import MoodyServer
from tests.integration.loadtests.generation.sending import PINGING, OpenNode


@pytest.fixture
def server() -> Iterator[MoodyServer]:
    with MoodyServer() as running:
        yield running


@pytest.fixture
def open_node(server: MoodyServer) -> Iterator[OpenNode]:
    """Opens nodes with an endpoint for each path, for the server unless another host is named."""
    with ExitStack() as opened:

        def open_one(
            paths: Mapping[str, str],
            *,
            prepares: bool = False,
            host: str = server.host,
            ended: Callable[[int], None] = print,
        ) -> Node:
            node = Node(ended)
            opened.callback(node.close)
            spec = {"paths": paths, "prepares": prepares}
            node.carry_out(Open(factory=PINGING, spec=spec, hosts={"a": host}, worker=0, workers=1))
            return node

        yield open_one


@pytest.fixture(autouse=True)
def _workload_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let generator processes import ``pinging``; they do not look into the working directory."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "generator.log"
