"""The end of a replay for a person: what differs, what was replayed, and the verdict last. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.plan import Level
from contracts.replay.found import Finding, Replayed, status_of
from contracts.replay.lines import Header
from harness.models.operations import OPERATIONS, OPTIONAL
from harness.models.outcome import Status

__all__ = ["Facts", "summary", "why"]

_BLOCKS = 10
_SHOWN = 10
_LABEL = 11


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a reader needs to know besides the results."""

    path: str
    header: Header | None
    """None if the recording could not be read."""
    operations: Counter[str]
    """The calls in the recording by operation."""
    level: Level
    pace: bool
    duration_s: float
    target: Mapping[str, str]
    migrations_hash: str | None


def summary(replays: Sequence[Replayed], reasons: Sequence[str], facts: Facts) -> str:
    """Return all that is printed. `reasons` say why the recording as a whole could not be checked."""
    by_call = _by_call(replays)
    blocks = [_block(found, replays, facts) for found in by_call[:_BLOCKS]]
    if len(by_call) > _BLOCKS:
        more = [f"  {_id(found)} ({', '.join(found)})" for found in by_call[_BLOCKS : _BLOCKS + 3 * _SHOWN]]
        rest = len(by_call) - _BLOCKS - len(more)
        head = f"… and {len(by_call) - _BLOCKS} more calls differ; --json PATH holds their details:"
        blocks.append("\n".join([head, *more, *([f"  … {rest} more"] if rest else [])]))
    blocks.append("\n".join([*_about(facts), *map(_adapter, replays)]))
    notes = [*reasons, *(reason for replayed in replays for reason in replayed.reasons), *_unchecked(replays)]
    if notes:
        total = len(notes) + sum(one.unchecked - len(one.doubtful) for one in replays)
        lines = [f"not checked {note}" for note in notes[:_SHOWN]]
        lines += [f"            … and {total - _SHOWN} more"] if total > _SHOWN else []
        blocks.append("\n".join(lines))
    blocks.append(_last_line(replays, reasons, facts))
    return "\n\n".join(blocks)


def _by_call(replays: Sequence[Replayed]) -> list[dict[str, Finding]]:
    """Return the differing calls in order, each with what it is on the adapters on which it differs."""
    calls: dict[int, dict[str, Finding]] = {}
    for replayed in replays:
        for finding in replayed.findings:
            calls.setdefault(finding.n, {})[replayed.adapter] = finding
    return [calls[n] for n in sorted(calls)]


def _id(found: Mapping[str, Finding]) -> str:
    return next(iter(found.values())).id


def _block(found: Mapping[str, Finding], replays: Sequence[Replayed], facts: Facts) -> str:
    first = next(iter(found.values()))
    level = "core" if any(one.level == "core" for one in found.values()) else "strict"
    lines = [
        f"DIVERGENCE {first.id:<60} {level}",
        _line("operation", f"{first.call}   call {first.n} of {facts.operations.total()}"),
        _line("recorded", f"{first.at}{_by(facts)}"),
    ]
    expected = list(dict.fromkeys(one.expected for one in found.values()))
    lines += [_line("expected", text) for text in expected]
    for replayed in replays:
        mine = found.get(replayed.adapter)
        lines.append(_line(replayed.adapter, _instead(replayed, first.n) if mine is None else mine.actual))
    for adapter, one in found.items():
        if one.follows is not None:
            lines.append(
                _line("perhaps", f"on {adapter} it follows from call {one.follows}, on the same row")
            )
    lines.append(_line("where", f"{facts.path}:{first.line}"))
    return "\n".join(lines)


def _instead(replayed: Replayed, n: int) -> str:
    """Say what an adapter did with a call on which it does not differ."""
    doubt = next((one.reason for one in replayed.doubtful if one.n == n), None)
    if doubt is not None:
        return f"unchecked: {doubt}"
    is_whole = not replayed.reasons and len(replayed.doubtful) == replayed.unchecked
    return "as recorded" if is_whole else "not different"


def _by(facts: Facts) -> str:
    if facts.header is None:
        return ""
    mode = "" if facts.header.mode is None else f", DB_MODE={facts.header.mode}"
    return f" by {facts.header.name}{mode}"


def _about(facts: Facts) -> list[str]:
    if facts.header is None:
        return [_wide("replay", facts.path)]
    called, total = facts.operations, facts.operations.total()
    pace = "as fast as they go" if not facts.pace else "at the pace of the recording"
    began = facts.header.started.isoformat(timespec="seconds")
    lines = [
        _wide("replay", f"{total} calls, level {facts.level}, {pace}, {facts.duration_s:.1f} s"),
        _wide("recording", f"{facts.path}, begun {began}{_by(facts)}"),
        _wide("operations", ", ".join(f"{name} {number}" for name, number in called.most_common())),
    ]
    never = [name for name in OPERATIONS if name not in called and name not in OPTIONAL]
    if never:
        lines.append(
            _wide(
                "never",
                f"{len(never)} of {len(OPERATIONS) - len(OPTIONAL)} operations of the protocol: "
                f"{', '.join(never[:6])}{' …' if len(never) > 6 else ''}. Of those this says nothing",
            )
        )
    if facts.header.rows is None:
        lines.append(_wide("rows", f"those at the start are not known: {facts.header.rows_missing}"))
    if facts.header.milliseconds is None or facts.header.doubles is None:
        lines.append(_wide("resolution", "the recording names none, so values are compared exactly"))
    if facts.target:
        names = {"postgres": "Postgres", "postgrest": "PostgREST"}
        parts = [f"{names.get(name, name)} {value}" for name, value in facts.target.items()]
        hashed = [] if facts.migrations_hash is None else [f"migrations {facts.migrations_hash[:12]}"]
        lines.append(_wide("target", ", ".join([*parts, *hashed])))
    return lines


def _adapter(replayed: Replayed) -> str:
    counts = replayed.counts
    return (
        f"{replayed.adapter:<11} replayed {replayed.operations.total()} of {counts.expected}, as recorded "
        f"{counts.passed}, different {counts.failed}, unchecked {counts.unchecked}"
    )


def _unchecked(replays: Sequence[Replayed]) -> list[str]:
    return [
        f"{one.id} on {replayed.adapter}: {one.reason}." for replayed in replays for one in replayed.doubtful
    ]


def _last_line(replays: Sequence[Replayed], reasons: Sequence[str], facts: Facts) -> str:
    counts = {replayed.adapter: replayed.counts for replayed in replays}
    adapters = " and ".join(counts)
    match status_of(counts, why(replays, reasons)):
        case Status.PASSED:
            return f"PARITY in {facts.operations.total()} recorded calls on {adapters}"
        case Status.FAILED:
            number = len(_by_call(replays))
            return f"DIVERGENCE: {number} recorded call{'s' if number > 1 else ''}"
        case Status.UNCHECKED:
            found = why(replays, reasons) or _unchecked(replays)
            further = len(found) - 1
            more = f" (and {further} more reason{'s' if further > 1 else ''})" if further > 0 else ""
            return f"COULD NOT CHECK: {found[0] if found else 'no call was replayed.'}{more}"


def why(replays: Sequence[Replayed], reasons: Sequence[str]) -> list[str]:
    """Return the reasons why the whole could not be checked."""
    return [*reasons, *(reason for replayed in replays for reason in replayed.reasons)]


def _line(label: str, text: str) -> str:
    return f"  {label:<{_LABEL - 1}} {text}" if len(label) < _LABEL else f"  {label} {text}"


def _wide(label: str, text: str) -> str:
    return f"{label:<{_LABEL}} {text}"
