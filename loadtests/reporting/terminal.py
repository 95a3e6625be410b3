"""The result at a terminal: a table per endpoint, why it is so, the verdict in the last line."""

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

import click

from harness.settings import inherited, secrets
from loadtests.reporting.facts import facts_of
from loadtests.reporting.wording import MEANING, READING, allowed, called, caution, found, reasons, sentence
from loadtests.result import Result
from loadtests.verdicts import Judgement, Verdict

__all__ = ["print_table", "render"]

_WIDTH = 100
"""Columns of text where nobody says how many there are: in a log, where a table may be wider."""
_SHOWN = 12
"""Lines of advice, and reasons."""
_MANY = 60
"""Rows of a table that somebody still reads; of more, only those with something to decide are rows."""
_PLAIN = (Verdict.PASS, Verdict.INVALID)
_HEAD = ("endpoint", "metric", "where", "verdict", "found [interval]", "allowed", "samples")
_RIGHT = (4, 5, 6)
_COLOURS = {Verdict.PASS: "green", Verdict.REGRESSED: "red"}


def print_table(result: Result, stream: TextIO) -> None:
    """Print the result, as wide as the terminal; in colour only on one that wants it (see NO_COLOR)."""
    is_terminal = stream.isatty()
    width = shutil.get_terminal_size((_WIDTH, 24)).columns if is_terminal else None
    text = render(
        result.redacted(secrets()), width=width, colour=is_terminal and not inherited({}).get("NO_COLOR")
    )
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    stream.flush()


def render(result: Result, *, width: int | None = None, colour: bool = False) -> str:
    """Return the whole report, without a final newline. 40 columns are enough; None: there is no limit."""
    limit, width = width, max(width or _WIDTH, 40)
    said = sentence(result)
    blocks = [
        _facts(facts_of(result), width),
        *_judged(result, width, limit, colour=colour),
        *_reasons(result, width),
        *_advice(result.advice, width),
        *_listed("Good to know:", result.notes, width),
        _banner(result, said, colour=colour),
    ]
    return "\n\n".join(filter(None, blocks))


def _facts(facts: Sequence[tuple[str, str]], width: int) -> str:
    widest = max((len(name) for name, _ in facts), default=0)
    lines = []
    for name, value in facts:
        lead = f"{name:<{widest}}  "
        lines += textwrap.wrap(value, width, initial_indent=lead, subsequent_indent=" " * len(lead))
    return "\n".join(lines)


def _judged(result: Result, width: int, limit: int | None, *, colour: bool) -> Iterator[str]:
    deciding = result.deciding
    if not deciding:
        return
    if caution(result):
        yield "\n".join(textwrap.wrap(caution(result), width))
    several = [] if len(deciding) <= _MANY else [one for one in deciding if one.verdict in _PLAIN]
    deciding = tuple(one for one in deciding if one not in several)
    if several:
        yield "\n".join(_by_place(several, width))
    rows = [_cells(one) for one in deciding]
    widths = [max(len(row[column]) for row in (_HEAD, *rows)) for column in range(len(_HEAD))]
    if not deciding:
        pass
    elif limit is None or limit >= sum(widths) + 2 * (len(widths) - 1):
        yield "\n".join(_table(deciding, rows, widths, colour=colour))
    else:
        yield "\n".join(line for one in deciding for line in _narrow(one, width, colour=colour))
    yield "\n".join(textwrap.wrap(READING, width))


def _by_place(judgements: Sequence[Judgement], width: int) -> Iterator[str]:
    """What needs no row of its own: a line per verdict, endpoint and place."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for one in judgements:
        said = f"{called(one)} {found(one)} {'' if one.allowed is None else allowed(one)}".strip()
        groups.setdefault((one.verdict.value, one.endpoint, one.subject), []).append(said)
    for (verdict, endpoint, subject), told in groups.items():
        yield from textwrap.wrap(
            f"{verdict} {endpoint}, {subject}: {'; '.join(told)}", width, subsequent_indent="    "
        )


def _cells(one: Judgement) -> tuple[str, ...]:
    return (
        one.endpoint,
        called(one),
        one.subject,
        one.verdict.value,
        found(one),
        allowed(one),
        f"{one.samples:,}",
    )


def _table(
    deciding: Sequence[Judgement], rows: Sequence[tuple[str, ...]], widths: Sequence[int], *, colour: bool
) -> Iterator[str]:
    yield _row(_HEAD, widths)
    yield "  ".join("-" * width for width in widths)
    last = None
    for one, cells in zip(deciding, rows, strict=True):
        # A name once, and then what belongs to it.
        first = "" if one.endpoint == last else one.endpoint
        last = one.endpoint
        line = _row((first, *cells[1:]), widths)
        at = sum(widths[:3]) + 6
        word = line[at : at + len(one.verdict.value)]
        yield line[:at] + _painted(word, one.verdict, colour=colour) + line[at + len(word) :]


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(
        f"{cell:>{width}}" if column in _RIGHT else f"{cell:<{width}}"
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ).rstrip()


def _narrow(one: Judgement, width: int, *, colour: bool) -> Iterator[str]:
    endpoint, metric, subject, verdict, value, limits, samples = _cells(one)
    yield f"{_painted(verdict, one.verdict, colour=colour)} {endpoint} {metric}"
    yield from textwrap.wrap(
        f"{subject}: {value}, allowed {limits}, {samples} samples",
        width,
        initial_indent="  ",
        subsequent_indent="    ",
    )


def _painted(text: str, verdict: Verdict, *, colour: bool) -> str:
    return click.style(text, fg=_COLOURS.get(verdict, "yellow"), bold=True) if colour else text


def _reasons(result: Result, width: int) -> Iterator[str]:
    yield from _listed("What makes the run unfit:", result.unfit, width)
    found_so = reasons(result.deciding)
    for verdict in dict.fromkeys(verdict for verdict, _, _ in found_so):
        title = f"{verdict.value} ({MEANING[verdict]}):"
        yield from _listed(title, (f"{who}: {why}" for one, who, why in found_so if one is verdict), width)


def _advice(advice: Sequence[Judgement], width: int) -> Iterator[str]:
    """What decides nothing, in a line per endpoint and place."""
    lines = []
    for endpoint, subject in dict.fromkeys((one.endpoint, one.subject) for one in advice):
        of_it = [one for one in advice if (one.endpoint, one.subject) == (endpoint, subject)]
        said = "; ".join(f"{called(one)} {found(one)}" for one in of_it)
        lines.append(f"{endpoint}, {subject}: {said}")
    yield from _listed("Advice (no budget, decides nothing):", lines, width)


def _listed(title: str, texts: Iterable[str], width: int) -> Iterator[str]:
    every = list(texts)
    if not every:
        return
    lines = textwrap.wrap(title, width)
    for text in every[:_SHOWN]:
        lines += textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")
    if len(every) > _SHOWN:
        lines.append(f"  ... and {len(every) - _SHOWN} more: --report DIR writes all of them.")
    yield "\n".join(lines)


def _banner(result: Result, said: str, *, colour: bool) -> str:
    word = result.verdict.value
    return _painted(word, result.verdict, colour=colour) + said[len(word) :]
