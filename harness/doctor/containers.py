"""What ``--stack docker`` needs: an engine that answers, and images that are there or will be pulled."""

from harness.doctor.items import Item, ok, problem
from harness.errors import StackError
from harness.settings.docker import DockerSettings

__all__ = ["containers"]


def containers(chosen: DockerSettings) -> list[Item]:
    """The engine, and each image."""
    from harness.stack.docker.engine import Engine  # noqa: PLC0415  # no other stack needs it

    try:
        engine = Engine.connect()
        items = [ok("engine", f"Docker {engine.version} at {engine.host}, network {chosen.network}")]
        items += [
            ok(f"image {name}", f"{image}{'' if engine.has(image) else ', to be pulled'}")
            for name, image in (
                ("postgres", chosen.postgres),
                ("postgrest", chosen.postgrest),
                ("gateway", chosen.python),
            )
        ]
    except StackError as error:
        fact, _, remedy = str(error).partition(". ")
        return [problem("engine", fact, remedy)]
    return items
