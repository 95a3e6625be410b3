"""Makes a sequence that fails short, by leaving steps and values out as long as it fails.

Hypothesis shrinks the choices that led to a sequence. Here each choice
depends on what is stored, so that leaving one step out makes others of all
that follow: the steps themselves are what can be left out.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from contracts.agreement.steps import Assigned, CursorOf, Step, resolved
from contracts.expect import Divergence
from harness.models import New, Patch

__all__ = ["Found", "shortest"]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A sequence whose last step parts the two."""

    steps: tuple[Step, ...]
    divergence: Divergence
    before: tuple[tuple[int, int], ...] = ()
    """How many ids and cursors were known before each step, and after the last one."""


Run = Callable[[Sequence[Step]], Found | None]
"""Takes steps on empty tables; None if the two agree on all of them, or a step no longer makes sense."""


def shortest(found: Found, run: Run, seconds: float) -> Found:
    """Return the shortest sequence that `run` still finds to fail, as far as the time allows."""
    until = time.monotonic() + seconds
    size = max(1, len(found.steps) // 2)
    changed = True
    while changed or size > 1:
        changed = False
        place = 0
        while place < len(found.steps) - 1:
            if time.monotonic() > until:
                return found
            again = run(_without(found, range(place, min(place + size, len(found.steps) - 1))))
            if again is not None and len(again.steps) < len(found.steps):
                found, changed = again, True
            else:
                place += size
        size = max(1, size // 2)
    return _simplest(found, run, until)


def _without(found: Found, left_out: range) -> Sequence[Step]:
    """Leave steps out, and what refers to what they made; number what remains anew."""
    ids: dict[int, int] = {}
    cursors: dict[int, int] = {}

    def known(symbol: Assigned | CursorOf) -> Assigned | CursorOf:
        if isinstance(symbol, Assigned):
            return replace(symbol, number=ids[symbol.number])
        return CursorOf(cursors[symbol.number])

    kept = []
    for place, step in enumerate(found.steps):
        if place in left_out:
            continue
        try:
            kept.append(resolved(step, known))
        except KeyError:
            continue
        if place + 1 < len(found.before):
            for numbers, (begin, end) in zip(
                (ids, cursors), zip(found.before[place], found.before[place + 1], strict=True), strict=True
            ):
                numbers.update({number: len(numbers) + number - begin for number in range(begin, end)})
    return kept


def _simplest(found: Found, run: Run, until: float) -> Found:
    """Leave out columns and arguments that do not matter."""
    place = 0
    while place < len(found.steps):
        for simpler in _simpler(found.steps[place]):
            if time.monotonic() > until:
                return found
            again = run([*found.steps[:place], simpler, *found.steps[place + 1 :]])
            if again is not None and len(again.steps) <= len(found.steps):
                found = again
                break
        else:
            place += 1
    return found


def _simpler(step: Step) -> Iterator[Step]:
    if step.client:
        yield replace(step, client=0)
    for name in ("where", "order", "cursor"):
        if step.kwargs.get(name):
            yield replace(step, kwargs={key: value for key, value in step.kwargs.items() if key != name})
    for place, value in enumerate(step.args):
        if isinstance(value, New | Patch):
            # A given id reads better in a script than one that the store chose.
            for name in sorted(value.values.keys() - {"id"}):
                fewer = type(value)(**{key: item for key, item in value.values.items() if key != name})
                yield replace(step, args=(*step.args[:place], fewer, *step.args[place + 1 :]))
