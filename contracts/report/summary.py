"""The end of a run for a tired person: what ran, what did not, and the verdict in the last line. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.behaviours import Behaviours
from contracts.gaps import EXEMPT
from contracts.judgement import Judgement, Kind
from contracts.plan import Level
from contracts.report import gaps
from contracts.report.divergences import failed_cases, render
from contracts.scripts import AGREEMENT
from harness.models.outcome import Status

__all__ = ["Facts", "last_line", "summary", "unchecked_lines", "why"]

_BLOCKS = 10
_SHOWN = 10
_NOTHING_STATED = Behaviours(())


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a reader needs to know of the run besides its result."""

    level: Level
    seed: int
    workers: int
    duration_s: float
    target: Mapping[str, str]
    migrations_hash: str | None
    report: str | None = None
    """Where the full report lies."""
    traceback: bool = False
    behaviours: Behaviours = _NOTHING_STATED
    """What the cases prove."""
    today: date = date.min
    """The day of the run in UTC, by which gaps expire."""


def summary(judgement: Judgement, facts: Facts) -> str:
    """Return all that is printed at the end, the verdict last."""
    failed = failed_cases(judgement)
    blocks = [
        render(
            case,
            traceback=facts.traceback,
            report=facts.report,
            behaviours=facts.behaviours.proved_by(case.id),
        )
        for case in failed[:_BLOCKS]
    ]
    if len(failed) > _BLOCKS:
        more = [
            f"  {case.id} ({', '.join(adapter for adapter, _, _ in case.failures)})"
            for case in failed[_BLOCKS:]
        ]
        place = facts.report or "--report DIR"
        head = f"… and {len(more)} more cases diverge; their details are in {place}:"
        rest = [f"  … {len(more) - 3 * _SHOWN} more"] if len(more) > 3 * _SHOWN else []
        blocks.append("\n".join([head, *more[: 3 * _SHOWN], *rest]))
    blocks.append("\n".join([*_about(judgement, facts), *_adapters(judgement)]))
    lacking = gaps.block(judgement.lacks, facts.today)
    blocks += [] if lacking is None else [lacking]
    notes = [*judgement.reasons, *unchecked_lines(judgement)]
    if notes:
        shown = [f"not checked {note}" for note in notes[:_SHOWN]]
        rest = [f"            … and {len(notes) - _SHOWN} more"] if len(notes) > _SHOWN else []
        blocks.append("\n".join([*shown, *rest]))
    blocks.append(last_line(judgement))
    return "\n\n".join(blocks)


def last_line(judgement: Judgement) -> str:
    """Return the verdict."""
    match judgement.status:
        case Status.PASSED:
            return f"PARITY{_foreign(judgement, ' of ')}"
        case Status.FAILED:
            number = len(failed_cases(judgement))
            return f"DIVERGENCE: {number} case{'s' if number > 1 else ''}{_foreign(judgement, ' on ')}"
        case Status.UNCHECKED:
            return f"COULD NOT CHECK: {why(judgement)}"


def _foreign(judgement: Judgement, preposition: str) -> str:
    """Name the adapters of other projects, so that nobody takes the verdict for one on ours."""
    foreign = [name for name in judgement.counts if ":" in name or name in judgement.heard]
    failing = [name for name, count in judgement.counts.items() if count.failed]
    return preposition + " and ".join(failing or judgement.counts) if foreign else ""


def why(judgement: Judgement) -> str:
    """Say in one sentence why there is no verdict."""
    if judgement.reasons:
        return judgement.reasons[0]
    lines = unchecked_lines(judgement)
    if not lines:
        return "no case was executed."
    return lines[0] if len(lines) == 1 else f"{len(lines)} cases were not checked, the first: {lines[0]}"


def unchecked_lines(judgement: Judgement) -> list[str]:
    """One sentence per case that could not be checked for a reason of its own, besides missing operations."""
    return [
        f"{result.entry.id} on {result.adapter}: {result.reason.rstrip('.')}."
        for result in judgement.results
        if result.kind is Kind.UNCHECKED and not result.is_partial
    ]


def _about(judgement: Judgement, facts: Facts) -> list[str]:
    cases = max((count.expected for count in judgement.counts.values()), default=0)
    lines = [
        f"contract    {cases} cases, level {facts.level}, {facts.duration_s:.1f} s",
        f"order       {facts.workers} workers, seed {facts.seed} (repeat with --seed {facts.seed})",
    ]
    if facts.target:
        names = {"postgres": "Postgres", "postgrest": "PostgREST"}
        parts = [f"{names.get(name, name)} {value}" for name, value in facts.target.items()]
        hashed = [] if facts.migrations_hash is None else [f"migrations {facts.migrations_hash[:12]}"]
        lines.append(f"target      {', '.join([*parts, *hashed])}")
    searched = [
        f"{result.adapter}: {text}"
        for result in judgement.results
        if result.finished is not None and (text := result.finished.properties.get(AGREEMENT)) is not None
    ]
    return [*lines, f"agreement   {'; '.join(searched)}"] if searched else lines


def _adapters(judgement: Judgement) -> list[str]:
    return [_adapter(name, judgement) for name in judgement.counts]


def _adapter(name: str, judgement: Judgement) -> str:
    count = judgement.counts[name]
    exempt = Counter(result.reason for result in judgement.of(name) if result.kind is Kind.EXEMPT)
    passing = Counter(result.reason for result in judgement.of(name) if result.would_pass)
    lacking = f" ({_listed(exempt, passing)})" if exempt else ""
    told = (
        f"{name:<11} executed {count.executed}, passed {count.passed}, failed {count.failed}, "
        f"exempt {count.exempt}{lacking}, unchecked {count.unchecked}"
    )
    # Its own words: a reader decides whether they excuse so many cases.
    excuses = judgement.excuses.get(name, {})
    words = [f"{'':<11} says it lacks {lack}: {reason}" for lack, reason in sorted(excuses.items())]
    return "\n".join([told, *words])


def _listed(exempt: Mapping[str, int], passing: Mapping[str, int]) -> str:
    parts: Sequence[str] = [
        f"{_lack(capability)}: {number}"
        + (f", of which {passing[capability]} would pass" if passing[capability] else "")
        for capability, number in sorted(exempt.items())
    ]
    return ", ".join(parts)


def _lack(reason: str) -> str:
    gap = reason.removeprefix(EXEMPT)
    return f"lacks {reason}" if gap == reason else f"accepted gap {gap}"
