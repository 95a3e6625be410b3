"""What ``--stack docker`` needs: an engine that answers, and images that are there or can be pulled."""

from typing import TYPE_CHECKING

from harness.doctor.items import Item, ok, problem
from harness.errors import StackError
from harness.settings.docker import DockerSettings

if TYPE_CHECKING:
    from harness.stack.docker.engine import Engine
    from harness.stack.docker.versions import Program

__all__ = ["containers"]


def containers(chosen: DockerSettings) -> list[Item]:
    """The engine, and each image."""
    from harness.stack.docker.engine import Engine  # noqa: PLC0415  # no other stack needs it
    from harness.stack.docker.versions import POSTGRES, POSTGREST, PYTHON  # noqa: PLC0415  # as above

    try:
        engine = Engine.connect()
        if chosen.network == "host":
            engine.require_here()
        items = [ok("engine", f"Docker {engine.version} at {engine.host}, network {chosen.network}")]
    except StackError as error:
        return [_problem("engine", error)]
    for name, image, program in (
        ("postgres", chosen.postgres, POSTGRES),
        ("postgrest", chosen.postgrest, POSTGREST),
        ("gateway", chosen.python, PYTHON),
    ):
        items.append(_image(engine, f"image {name}", image, program))
    return items


def _image(engine: "Engine", name: str, image: str, program: "Program") -> Item:
    from harness.stack.docker.engine import another, cannot_be_had  # noqa: PLC0415  # as above
    from harness.stack.docker.labels import of_nobody  # noqa: PLC0415  # as above
    from harness.stack.docker.versions import version_in  # noqa: PLC0415  # as above

    try:
        if engine.has(image):
            return ok(name, f"{image}, {program.name} {version_in(engine, image, program, of_nobody())}")
        reason = engine.refused(image)
    except StackError as error:
        return _problem(name, error, another(program.variable))
    if reason is not None:
        return problem(name, cannot_be_had(image, reason), another(program.variable))
    return ok(name, f"{image}, to be pulled")


def _problem(name: str, error: StackError, remedy: str = "") -> Item:
    fact, _, own_remedy = str(error).partition(". ")
    return problem(name, fact, own_remedy or remedy)
