"""Other images in place of the right ones, and what they leave in the engine."""

from dataclasses import replace

from harness.settings import Settings
from harness.settings.docker import DockerSettings
from harness.stack.docker.engine import Engine
from harness.stack.docker.labels import MACHINE, this_machine

__all__ = ["changed", "containers"]


def containers(engine: Engine) -> set[str]:
    chosen: dict[str, str | list[str] | bool] = {"label": f"{MACHINE}={this_machine()}"}
    return {str(one.id) for one in engine.client.containers.list(all=True, filters=chosen)}


def changed(settings: Settings, **images: str) -> Settings:
    kept = {name: getattr(settings.docker, name) for name in ("postgres", "postgrest", "python")}
    return replace(settings, docker=DockerSettings(network=settings.docker.network, **{**kept, **images}))
