"""All statements with the cases that prove them, for who asks what a verdict means. Pure."""

from collections.abc import Sequence
from itertools import groupby

from contracts.behaviours import Behaviour, Behaviours
from contracts.manifest import Entry, Manifest

__all__ = ["listing"]


def listing(behaviours: Behaviours, manifest: Manifest) -> str:
    """Return each statement by heading, with its key and, below it, the ids of its cases and their levels."""
    blocks = []
    for heading, stated in groupby(behaviours.all, key=lambda behaviour: behaviour.heading):
        lines = [line for behaviour in stated for line in _statement(behaviour, manifest.entries)]
        blocks.append("\n".join([heading, *lines]))
    total = f"{len(behaviours.all)} statements, {len(manifest.entries)} cases"
    return "\n\n".join([*blocks, total])


def _statement(behaviour: Behaviour, entries: Sequence[Entry]) -> list[str]:
    cases = [
        f"    {entry.level:<6} {entry.id}{_needs(entry)}" for entry in entries if behaviour.covers(entry.id)
    ]
    tests = [f"    test   {test}" for test in behaviour.tests]
    return [f"  {behaviour.key}: {behaviour.says}", *cases, *tests]


def _needs(entry: Entry) -> str:
    return f" (needs {', '.join(entry.needs)})" if entry.needs else ""
