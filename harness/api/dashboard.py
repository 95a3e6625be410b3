"""The operations dashboard: one HTML page, rendered here, that loads nothing and runs nothing. Pure."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from importlib.resources import files

from harness.adapters.protocol import OpsSummary
from harness.models import ENTITIES, AuditLog, SchedulingRequest, SyncJob

__all__ = ["CONTENT_SECURITY_POLICY", "Board", "in_order", "page"]

_STYLE = files("harness.api").joinpath("dashboard.css").read_text(encoding="utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Nothing but this page's own style: even if a text could break out of its cell, it could do nothing."""

_NOTHING = "-"
_LONGEST = 200
_BAD = frozenset({"failed", "requires_attention"})


@dataclass(frozen=True, kw_only=True)
class Board:
    """What the page shows."""

    mode: str
    instance: str
    version: str
    at: datetime
    summary: OpsSummary
    attention: Sequence[SchedulingRequest]
    """The newest requests with the flag."""
    failed: Sequence[SyncJob]
    """The newest jobs that were given up."""
    history: Sequence[AuditLog]
    """The newest audit entries."""


def page(board: Board) -> str:
    """Render the page."""
    numbers = board.summary
    failed = sum(counts.get("failed", 0) for counts in numbers.counts.values())
    due = sum(numbers.due.values())
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Scheduler operations</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1>Scheduler operations</h1>
<p>Store <strong id="mode">{escape(board.mode)}</strong> · as of {
        _time(board.at)
    } · reload for newer numbers</p>
</header>
<main>
<section class="tiles" aria-label="At a glance">
{_tile("attention", "Need attention", numbers.needs_attention, is_bad=numbers.needs_attention > 0)}
{_tile("due", "Due now", due, is_bad=False)}
{_tile("failed", "Failed", failed, is_bad=failed > 0)}
</section>
<section>
<h2>Rows by status</h2>
{_by_status(numbers)}
</section>
<section>
<h2>Requests that need attention</h2>
{
        _table(
            "attention-rows",
            ("Candidate", "Position", "Why", "Status", "Created"),
            (
                (
                    _text(row.candidate_name),
                    _text(row.req_title),
                    _text(row.needs_attention_reason or "no reason given"),
                    _text(row.status),
                    _time(row.created_at),
                )
                for row in board.attention
            ),
            empty="None. Nobody is waiting for a coordinator.",
        )
    }
</section>
<section>
<h2>Notes to iCIMS that were given up</h2>
{
        _table(
            "failed-rows",
            ("Job", "About", "Attempts", "Last error", "Last change"),
            (
                (
                    f"<code>{_text(str(row.id))}</code>",
                    _text(f"{row.entity_type.replace('_', ' ')} {row.entity_id}"),
                    f"{row.attempts} of {row.max_attempts}",
                    _text(row.last_error or "none reported"),
                    _time(row.updated_at),
                )
                for row in board.failed
            ),
            empty="None. Every note was delivered, or will be tried again.",
        )
    }
</section>
<section>
<h2>Latest history</h2>
{
        _table(
            "history-rows",
            ("When", "What", "By", "Request", "Booking"),
            (
                (
                    _time(row.created_at),
                    _text(row.action),
                    _text(row.actor_type if row.actor_id is None else f"{row.actor_type} ({row.actor_id})"),
                    _link(row.request_id),
                    _link(row.booking_id),
                )
                for row in board.history
            ),
            empty="Nothing has happened yet.",
        )
    }
</section>
</main>
<footer>parity-harness {escape(board.version)} · instance <code>{escape(board.instance)}</code></footer>
</body>
</html>
"""


def in_order(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Return counts per table and status in the order of the description: a database's JSON has its own."""
    ordered = {}
    for table, entity in ENTITIES.items():
        if table in counts:
            choices = entity.by_name["status"].choices or ()
            ordered[table] = {status: counts[table][status] for status in choices if status in counts[table]}
    return ordered


def _tile(name: str, label: str, value: int, *, is_bad: bool) -> str:
    kind = "tile bad" if is_bad else "tile"
    return f'<div class="{kind}"><span class="number" id="{name}">{value:,}</span> {label}</div>'


def _by_status(numbers: OpsSummary) -> str:
    rows = (
        (
            _text(table.replace("_", " ")),
            f'<span class="number">{sum(counts.values()):,}</span>',
            "".join(_chip(status, count) for status, count in counts.items()),
            f'<span class="number">{numbers.due[table]:,}</span>' if table in numbers.due else _NOTHING,
        )
        for table, counts in in_order(numbers.counts).items()
    )
    return _table(
        "status-rows", ("Table", "Rows", "By status", "Due now"), rows, empty="There are no tables."
    )


def _chip(status: str, count: int) -> str:
    kind = "chip" if count else "chip none"
    if count and status in _BAD:
        kind = "chip bad"
    return f'<span class="{kind}">{_text(status.replace("_", " "))} <b>{count:,}</b></span> '


def _table(name: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> str:
    """Render rows of cells that are HTML already."""
    body = "\n".join(
        "<tr>"
        + "".join(
            f'<td data-label="{escape(head)}">{cell}</td>' for head, cell in zip(heads, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    if not body:
        return f'<p class="empty" id="{name}">{escape(empty)}</p>'
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    table = f'<table id="{name}"><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>'
    return f'<div class="scroll">{table}</div>'


def _text(value: str) -> str:
    """Escape a text, and cut one that no table can hold."""
    return escape(value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…")


def _link(value: object) -> str:
    return _NOTHING if value is None else f"<code>{_text(str(value))}</code>"


def _time(value: datetime) -> str:
    machine = f"{value.isoformat(timespec='microseconds')[:-6]}Z"
    return f'<time datetime="{machine}">{value:%Y-%m-%d %H:%M:%S} UTC</time>'
