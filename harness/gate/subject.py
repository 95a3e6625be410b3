"""What a gate run examined, gathered from what its steps say."""

from collections.abc import Sequence

from harness.gate.steps import SUBJECT
from harness.models.outcome import Outcome, Subject
from harness.version import version

__all__ = ["subject_of"]


def subject_of(outcomes: Sequence[Outcome], *, level: str) -> Subject:
    """The servers and migrations of a run; where steps differ, the first is named, and the verdict objects.

    The level is part of the target, so that a report can be judged again; so is that of the user's adapter.
    """
    target: dict[str, str] = {}
    for outcome in outcomes:
        target = {**outcome.subject.target, **target}
    hashes = [outcome.subject.migrations_hash for outcome in outcomes if outcome.subject.migrations_hash]
    about = [outcome.subject for outcome in outcomes if outcome.step == SUBJECT]
    if about:
        target["subject_level"] = about[0].target.get("level", "unknown")
    return Subject(
        app=about[0].app if about else None,
        harness={"version": version()},
        target={**target, "level": level},
        migrations_hash=hashes[0] if hashes else None,
    )
