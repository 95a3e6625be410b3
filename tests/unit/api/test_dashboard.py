"""The dashboard as text: what it says of nothing, and that no text becomes a part of the page."""

import base64
import hashlib
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.adapters.memory import MemoryStore
from harness.api.dashboard import CONTENT_SECURITY_POLICY, Board, page
from harness.models import AuditLog, NewAuditLog, NewSchedulingRequest, NewSyncJob, SchedulingRequest, SyncJob

_NOW = datetime(2030, 3, 1, 9, 0, 0, 1, tzinfo=UTC)
_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "h1", "p", "strong", "time", "main"),
    *("section", "div", "span", "h2", "table", "thead", "tbody", "tr", "th", "td", "b", "code", "footer"),
}
_ATTRIBUTES = {
    "lang",
    "charset",
    "name",
    "content",
    "id",
    "class",
    "scope",
    "datetime",
    "aria-label",
    "data-label",
}
# Whatever is storable: a database holds no NUL and no half of a surrogate pair.
_TEXTS = st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40
) | st.sampled_from(
    ["<script>alert(1)</script>", '" onload="x', "</td></table>", "&lt;", "<!--", "]]>", "</style>"]
)


class Reader(HTMLParser):
    """Collects the elements, their attributes and the texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.cells: list[str] = []
        self._in_cell = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag == "td":
            self._in_cell = True
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.cells[-1] += data


def board(
    *,
    attention: tuple[SchedulingRequest, ...] = (),
    failed: tuple[SyncJob, ...] = (),
    history: tuple[AuditLog, ...] = (),
) -> Board:
    return Board(
        mode="memory",
        instance="abc",
        version="1.0",
        at=_NOW,
        summary=MemoryStore().ops_summary(),
        attention=attention,
        failed=failed,
        history=history,
    )


def test_nothing_is_said_to_be_nothing() -> None:
    text = page(board())
    for name in ("attention-rows", "failed-rows", "history-rows"):
        assert f'<p class="empty" id="{name}">' in text
    assert 'class="tile bad"' not in text
    assert '<time datetime="2030-03-01T09:00:00.000001Z">2030-03-01 09:00:00 UTC</time>' in text


@given(_TEXTS, _TEXTS, _TEXTS)
def test_no_text_becomes_a_part_of_the_page(one: str, two: str, three: str) -> None:
    store = MemoryStore()
    request = store.scheduling_requests.create(
        NewSchedulingRequest(
            candidate_name=one,
            candidate_email="",
            req_title=two,
            interview_type="onsite",
            duration_minutes=1,
            interviewer_emails=[],
            organizer_email="",
            window_start=_NOW,
            window_end=datetime.max.replace(tzinfo=UTC),
            candidate_timezone="",
            public_token="secret token",
            public_token_hash="",
            expires_at=_NOW,
            needs_attention_reason=three,
        )
    )
    job = store.sync_jobs.create(
        NewSyncJob(type="icims_note", entity_type="booking", entity_id=one, last_error=two)
    )
    entry = store.audit_logs.create(NewAuditLog(action=one, actor_type="system", actor_id=two))
    text = page(board(attention=(request,), failed=(job,), history=(entry,)))
    read = Reader(text)
    assert set(read.tags) <= _TAGS
    assert read.attributes <= _ATTRIBUTES
    assert {one, two} <= set(read.cells)
    assert three in read.cells or not three
    assert f"system ({two})" in read.cells
    assert "secret token" not in text


@pytest.mark.parametrize("length", [200, 201, 1_000_000])
def test_a_long_text_is_cut(length: int) -> None:
    entry = AuditLog(
        id=UUID(int=1),
        request_id=None,
        booking_id=None,
        action="x" * length,
        actor_type="system",
        actor_id=None,
        payload={},
        created_at=_NOW,
    )
    read = Reader(page(board(history=(entry,))))
    assert ("x" * 200 + ("…" if length > 200 else "")) in read.cells


def test_the_policy_allows_the_style_of_the_page() -> None:
    (style,) = re.findall("<style>(.*?)</style>", page(board()), flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in CONTENT_SECURITY_POLICY
    assert "url(" not in style
    assert "@import" not in style
