"""What is missing before the long questions are asked, and what became of them. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from harness.models.outcome import Status
from tests.benchmarks.deep.steps import Step

__all__ = ["Ended", "missing", "summary"]

_VERDICTS = {Status.PASSED: "held", Status.FAILED: "DID NOT HOLD", Status.UNCHECKED: "COULD NOT CHECK"}


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A step that ended."""

    name: str
    status: Status
    seconds: float
    why: str
    """What its exit status says."""
    log: str
    """The file with its output."""

    @classmethod
    def of(cls, step: Step, code: int | None, *, seconds: float, log: str) -> Self:
        """Judge an exit status; None is a step that was ended at its deadline."""
        status = {0: Status.PASSED, 1: Status.FAILED}.get(-1 if code is None else code, Status.UNCHECKED)
        why = f"it did not end within {step.deadline_s:.0f} s" if code is None else f"exit status {code}"
        return cls(name=step.name, status=status, seconds=seconds, why=why, log=log)


def missing(
    steps: Iterable[Step], *, has_program: Callable[[str], bool], has_package: Callable[[str], bool]
) -> list[str]:
    """Return a line for each thing that a step needs and that is not there."""
    return [
        line
        for step in steps
        for line in (
            *(
                f"{step.name}: there is no program {name} on PATH; on Debian: apt-get install {name}"
                for name in step.programs
                if not has_program(name)
            ),
            *(
                f"{step.name}: the Python package {name} is not installed; it is in the group test"
                for name in step.packages
                if not has_package(name)
            ),
        )
    ]


def summary(ended: Sequence[Ended]) -> str:
    """Return a line for each step, and the verdict as the last one."""
    width = max((len(one.name) for one in ended), default=0)
    lines = [
        f"{one.name:<{width}}  {_VERDICTS[one.status]:<15}  {one.seconds:>7.0f} s  {one.why}; see {one.log}"
        for one in ended
    ]
    status = Status.worst([one.status for one in ended])
    held = sum(one.status is Status.PASSED for one in ended)
    return "\n".join(["", *lines, f"{_VERDICTS[status].upper()}: {held} of {len(ended)} steps held"])
