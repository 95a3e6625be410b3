"""Where the probes of a capacity run: a server that is there, or a fresh one for each."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from harness.stack.protocol import Stack
from loadtests.comparison.preparation import Prepared
from loadtests.comparison.servers import ApiServer
from loadtests.runs.limits import Host
from loadtests.runs.searching import Place
from loadtests.runs.setting import RunSetting
from loadtests.runs.target import Target

__all__ = ["fresh", "same"]


def same(setting: RunSetting, target: Target) -> Callable[[], AbstractContextManager[Place]]:
    """The server of ``--host``, for each probe again."""

    @contextmanager
    def opened() -> Iterator[Place]:
        yield Place(target, setting)

    return opened


def fresh(
    setting: RunSetting, prepared: Prepared, stack: Stack
) -> Callable[[], AbstractContextManager[Place]]:
    """A server of our own on an empty database for each probe; both are gone afterwards."""
    launch = prepared.arms.launches["b"]

    @contextmanager
    def opened() -> Iterator[Place]:
        with (
            tempfile.TemporaryDirectory(prefix="harness-load-") as private,
            ApiServer.start(stack, launch, arm="a", log=Path(private) / "server.log") as server,
            Target(server.host, prepared.api) as target,
        ):
            yield Place(target, replace(setting, host=Host.parse(server.host)))

    return opened
