"""What a rehearsal has checked: each thing by name, so that none is good by absence."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.models.outcome import Counts, Finding

__all__ = ["Checks"]


@dataclass
class Checks:
    """The checks that are expected, and what became of them."""

    expected: Sequence[str]
    findings: list[Finding] = field(default_factory=list)
    _done: dict[str, bool] = field(default_factory=dict)

    def check(self, name: str, *, wanted: object, found: object, message: str) -> None:
        """Note whether what was `found` is what was `wanted`; `message` says what it means if not."""
        if name not in self.expected or name in self._done:
            raise AssertionError(f"{name!r} is no check that is still expected")
        self._done[name] = wanted == found
        if wanted != found:
            self.findings.append(
                Finding(
                    id=f"rehearsal.{name.replace(' ', '_')}",
                    level="core",
                    where=name,
                    expected=str(wanted),
                    actual=str(found),
                    message=message,
                )
            )

    @property
    def counts(self) -> Counts:
        """How many were expected, made and passed."""
        passed = sum(self._done.values())
        return Counts(
            expected=len(self.expected),
            executed=len(self._done),
            passed=passed,
            failed=len(self._done) - passed,
            unchecked=len(self.expected) - len(self._done),
        )
