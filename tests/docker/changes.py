"""Other images in place of the right ones, and what they leave in the engine."""

import os
from dataclasses import replace

from harness.settings import Settings
from harness.settings.docker import DockerSettings
from harness.stack.docker.engine import Engine
from harness.stack.docker.labels import OWNER

__all__ = ["changed", "containers"]


def containers(engine: Engine) -> set[str]:
    """Those of stacks that this process has started: the engine may serve others meanwhile."""
    found = engine.client.containers.list(all=True, filters={"label": f"{OWNER}={os.getpid()}"})
    return {str(one.id) for one in found}


def changed(settings: Settings, **images: str) -> Settings:
    kept = {name: getattr(settings.docker, name) for name in ("postgres", "postgrest", "python")}
    return replace(settings, docker=DockerSettings(network=settings.docker.network, **{**kept, **images}))
