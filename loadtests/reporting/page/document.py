"""The whole page: the verdict and its ground, then what decides, then each endpoint, then circumstances."""

from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files

from loadtests.reporting.facts import facts_of
from loadtests.reporting.measured import Measured
from loadtests.reporting.numbers import counted
from loadtests.reporting.page import ecdf, forest, timeline
from loadtests.reporting.page.margins import margins
from loadtests.reporting.page.matrix import matrix
from loadtests.reporting.page.parts import MARKS, Markup, anchor, badge, folded, listed, table
from loadtests.reporting.wording import (
    MEANING,
    READING,
    allowed,
    called,
    caution,
    found,
    ground,
    next_step,
    reasons,
)
from loadtests.result import Result
from loadtests.verdicts import Judgement, Verdict, worst

__all__ = ["render"]

_ONLY_THIS = "default-src 'none'; style-src 'unsafe-inline'"
"""What the page may load: nothing."""
_REASONS = 8
_FEW = 30
"""Rows that are shown unasked."""
_HEAD = ("verdict", "endpoint", "metric", "where", "found [interval]", "allowed", "samples")


def render(result: Result) -> str:
    """Return the page. Everything is escaped: names of endpoints and errors are somebody's text."""
    measured = Measured.of(result)
    verdict = result.verdict
    return "".join(
        [
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_ONLY_THIS}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(f'{verdict.value}: {result.step}')}</title>",
            f"<style>{_style()}</style></head><body>",
            *_banner(result),
            *_head(result, measured),
            "<main>",
            *_decides(result, measured),
            *_whole_run(measured),
            *_endpoints(result, measured),
            *_advice(result, measured),
            *_circumstances(result),
            "</main>",
            *_foot(result),
            "</body></html>\n",
        ]
    )


@cache
def _style() -> str:
    return files(__package__).joinpath("style.css").read_text(encoding="utf-8")


def _banner(result: Result) -> Iterator[str]:
    if not result.unfit:
        return
    if result.verdict is Verdict.INVALID:
        yield '<div class="banner" role="alert"><strong>INVALID</strong>'
        yield "This run shows nothing about response times:"
    else:
        yield '<div class="banner" role="alert"><strong>UNFIT</strong>'
        yield "What regressed stays so, but nothing that passed in this run counts:"
    yield listed(result.unfit)
    yield "</div>"


def _head(result: Result, measured: Measured) -> Iterator[str]:
    kind, sign = MARKS[result.verdict]
    word = result.verdict.value
    follows = next_step(result)
    compared = " and ".join(measured.names.values()) or "nothing measured"
    yield f'<header class="{kind}"><p class="kicker">{escape(f"harness {result.step} · {compared}")} · '
    yield f"<time>{result.started_at:%Y-%m-%d %H:%M} UTC</time></p>"
    yield f'<h1><strong><span aria-hidden="true">{sign}</span> {word}</strong>: {escape(ground(result))}</h1>'
    yield f"<p>{escape(follows)}</p></header>" if follows else "</header>"
    good = sum(count.passed for count in result.outcome().counts.values())
    requests = sum(measured.requests(arm, name) for arm in measured.arms for name in measured.endpoints)
    yield '<dl class="tiles">'
    for name, value in (
        ("budgets that hold", f"{good} of {len(result.deciding)}"),
        ("endpoints", f"{len(measured.endpoints)}"),
        ("requests", f"{requests:,}"),
        ("rounds", f"{len(measured.rounds)}"),
        ("windows", f"{len(measured.windows)}"),
    ):
        yield f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>"
    yield "</dl>"


def _decides(result: Result, measured: Measured) -> Iterator[str]:
    yield "<h2>What decides</h2>"
    if not result.deciding:
        cause = (
            "[budgets] names no endpoint and metric that was judged"
            if result.complete
            else "the run ended before"
        )
        yield f"<p>Nothing: {cause}.</p>"
        return
    if caution(result):
        yield f"<p>{escape(caution(result))}</p>"
    why = [
        Markup(f"{badge(verdict)} <strong>{escape(who)}</strong>: {escape(reason)}")
        for verdict, who, reason in reasons(result.deciding)
    ]
    if why:
        yield f'<div class="why">{listed(why[:_REASONS])}'
        yield (
            folded(f"{counted(len(why) - _REASONS, 'more reason')}", listed(why[_REASONS:]))
            if why[_REASONS:]
            else ""
        )
        yield "</div>"
    yield matrix(result.deciding, measured.endpoints)
    every = table(_HEAD, [_cells(one, measured) for one in result.deciding], numbers=3)
    title = f"With intervals, limits and samples ({counted(len(result.deciding), 'row')})"
    yield folded(title, every, is_open=len(result.deciding) <= _FEW)
    meanings = "; ".join(f"{verdict.value}: {meaning}" for verdict, meaning in MEANING.items())
    yield f'<p class="note">{escape(READING)} {escape(meanings)}.</p>'
    first, others = margins(result.deciding)
    yield f'<div class="columns wide">{"".join(first)}</div>'
    if others:
        content = f'<div class="columns wide">{"".join(others)}</div>'
        yield folded(f"{counted(len(others), 'more plot')} of budgets within one mode", content)


def _cells(one: Judgement, measured: Measured) -> Sequence[str]:
    name: str = one.endpoint
    if name in measured.endpoints:
        name = Markup(f'<a href="#{anchor(name)}">{escape(name)}</a>')
    samples = f"{one.samples:,} in {counted(one.rounds, 'round')}"
    return (badge(one.verdict), name, called(one), one.subject, found(one), allowed(one), samples)


def _whole_run(measured: Measured) -> Iterator[str]:
    plots = [plot for plot in (timeline.plot(measured), timeline.lag(measured)) if plot is not None]
    if plots:
        yield "<h2>The run as a whole</h2>"
        yield from plots


def _endpoints(result: Result, measured: Measured) -> Iterator[str]:
    every = measured.endpoints
    if not every:
        return
    yield "<h2>Endpoint by endpoint</h2>"
    yield '<nav aria-label="Endpoints">'
    yield listed(
        Markup(f'<a href="#{anchor(name)}">{escape(name)}</a>{_word(result, name)}') for name in every
    )
    yield "</nav>"
    if measured.windows:
        yield folded("How to read these plots", listed((ecdf.NOTE, forest.NOTE, timeline.NOTE)))
    for name in every:
        yield f'<section id="{anchor(name)}"><h3>{escape(name)}{_word(result, name)}</h3>'
        plots = [
            plot
            for plot in (
                ecdf.plot(measured, name, result.judgements),
                forest.plot(measured, name, result.judgements),
            )
            if plot is not None
        ]
        over_time = timeline.plot(measured, name)
        yield f'<div class="columns">{"".join(plots)}</div>{over_time or ""}'
        if not plots:
            yield "<p>No window has a response time of it that counts.</p>"
        yield from _errors(measured, name)
        yield from _round_trips(result, measured, name)
        yield "</section>"


def _word(result: Result, endpoint: str) -> str:
    own = [one for one in result.deciding if one.endpoint == endpoint]
    return f" {badge(worst(own))}" if own else ' <span class="note">(advice only)</span>'


def _errors(measured: Measured, endpoint: str) -> Iterator[str]:
    rows = [
        (measured.names[arm], error, f"{count:,}", f"{measured.requests(arm, endpoint):,}")
        for arm in measured.arms
        for error, count in sorted(measured.errors(arm, endpoint).items(), key=lambda item: -item[1])
    ]
    if rows:
        yield table(("arm", "wrong answer", "times", "of requests"), rows, numbers=2, title="Wrong answers")


def _round_trips(result: Result, measured: Measured, endpoint: str) -> Iterator[str]:
    recorded = {} if result.recording is None else result.recording.round_trips
    for arm, counts in recorded.items():
        if counts.get(endpoint):
            seen = sorted(set(counts[endpoint]))
            said = " or ".join(map(str, seen)) + (" round trip" if seen == [1] else " round trips")
            where = measured.names.get(arm, arm)
            unstable = "" if len(seen) == 1 else " It should be the same each time."
            yield f'<p class="note">One call of it made {said} in {escape(where)}.{unstable}</p>'


def _advice(result: Result, measured: Measured) -> Iterator[str]:
    if result.advice:
        yield "<h2>Advice</h2>"
        yield folded(
            f"{counted(len(result.advice), 'figure')} without a budget: none decides",
            table(_HEAD[1:], [_cells(one, measured)[1:] for one in result.advice], numbers=3),
        )


def _circumstances(result: Result) -> Iterator[str]:
    if result.notes:
        yield f"<h2>Good to know</h2>{listed(result.notes)}"
    yield '<h2>How it was measured</h2><dl class="facts">'
    for name, value in facts_of(result):
        shown = f"<code>{escape(value)}</code>" if name == "again" else escape(value)
        yield f"<dt>{escape(name)}</dt><dd>{shown}</dd>"
    yield "</dl>"


def _foot(result: Result) -> Iterator[str]:
    recording = "" if result.recording is None else "Every histogram is in recording.json (parity-load/1). "
    yield f"<footer>{recording}Every judgement is in result.json, the hash of each file in outcome.json, "
    yield "all beside this page.</footer>"
