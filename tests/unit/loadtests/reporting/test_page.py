"""The page says what the result says, to everybody, and needs nothing but itself."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import msgspec
import pytest

from loadtests.records import Recording, WindowRecord
from loadtests.reporting.page.document import render
from loadtests.result import Result
from loadtests.verdicts import Verdict
from tests.load_results import ENDPOINTS, histogram, judged, recording_of, result_of

_VOID = {"meta", "link", "br", "hr", "img", "input"}
_EVIL = "<script>alert(1)</script>\"'&<b>"


class Page(HTMLParser):
    """What is on a page: its tags with their attributes, and its text. A malformed one is refused."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.captions: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        self.words.append(data)
        if self._open[-1:] == ["figcaption"]:
            self.captions.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def _page(result: Result) -> Page:
    return Page(render(result))


SLOW = judged(verdict=Verdict.REGRESSED)
REGRESSED = result_of(SLOW, judged("open_link"), recording=recording_of(slow=6))


def test_it_says_the_verdict_its_ground_and_what_to_do_next() -> None:
    text = _page(REGRESSED).text
    assert "REGRESSED: book p50 in supabase is 31.2 ms [28.9, 33.5] above memory, allowed 8 ms." in text
    assert "Find out what made it slower" in text
    assert "1 of 2" in text
    for fact in ("17.10", "0123456789ab", "harness load compare --profile ci --seed 7", "seed 7"):
        assert fact in text


def test_the_plots_say_in_a_sentence_what_they_show() -> None:
    captions = _page(REGRESSED).captions
    assert "p50, supabase - memory: within the limit for 1 of 2 endpoints; beyond it for 1." in captions
    assert "The median of book was above the limit in 3 of 3 rounds." in captions
    assert "The median of open_link was above the limit in 0 of 3 rounds." in captions
    assert [one for one in captions if one.startswith("Half of the requests of book were answered within")]
    assert [one for one in captions if one.startswith("The generator started 99 % of the requests within")]
    assert [one for one in captions if one.startswith("From window to window, the median of all requests")]


def test_every_plot_has_a_title_and_a_text_for_those_who_do_not_see_it() -> None:
    page = _page(REGRESSED)
    labels = [
        attributes.get("aria-label") for tag, attributes in page.tags if attributes.get("role") == "img"
    ]
    assert labels == page.captions
    assert len(labels) == sum(tag == "figure" for tag, _ in page.tags) > 5
    assert all(label is not None and label.endswith(".") for label in labels)


def test_text_of_others_is_shown_as_text() -> None:
    recording = recording_of((_EVIL,))
    windows = tuple(_with_error(window, _EVIL) for window in recording.windows)
    result = result_of(
        judged(_EVIL, reason=f"{_EVIL} reason", verdict=Verdict.REGRESSED),
        recording=msgspec.structs.replace(recording, windows=windows, remarks=(f"{_EVIL} remark",)),
        names={"a": f"{_EVIL} a", "b": f"{_EVIL} b"},
        notes=(f"{_EVIL} note",),
        facts=((f"{_EVIL} fact", f"{_EVIL} value"),),
        command=f"{_EVIL} command",
        next_step=f"{_EVIL} next",
    )
    page = _page(result)
    assert not {tag for tag, _ in page.tags} & {"script", "b"}
    for what in ("reason", "remark", "a", "b", "note", "fact", "value", "command", "next"):
        assert f"{_EVIL} {what}" in page.text


def test_it_loads_nothing_and_runs_nothing() -> None:
    html = render(REGRESSED)
    page = Page(html)
    for tag, attributes in page.tags:
        assert tag not in {"script", "iframe", "img", "object"}
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,"))
    assert not re.search(r"url\(|@import", html)
    policies = [
        one.get("content") for _, one in page.tags if one.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_links_lead_to_the_sections_of_endpoints() -> None:
    page = _page(result_of(SLOW, recording=recording_of(("book", "a b/c"))))
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    links = {str(attributes["href"])[1:] for tag, attributes in page.tags if tag == "a"}
    assert links == ids
    assert len(ids) == 2


def test_the_same_result_makes_the_same_page() -> None:
    assert render(REGRESSED) == render(result_of(SLOW, judged("open_link"), recording=recording_of(slow=6)))


@pytest.mark.parametrize(
    ("recording", "said"),
    [
        (None, "Nothing was measured"),
        (msgspec.structs.replace(recording_of(), windows=()), "Nothing was measured"),
        (
            msgspec.structs.replace(recording_of(rounds=1, windows=1), complete=False),
            "The run was interrupted",
        ),
        (msgspec.structs.replace(recording_of(), remarks=("b was not proven.",)), "b was not proven."),
    ],
)
def test_an_unfit_run_has_a_banner(recording: Recording | None, said: str) -> None:
    page = _page(replace(result_of(judged()), recording=recording))
    assert any(attributes.get("class") == "banner" for _, attributes in page.tags)
    assert page.text.index("INVALID") < page.text.index(said) < page.text.index("What decides")
    assert "0 of 1" in page.text


def test_windows_without_a_single_request_are_shown_as_such() -> None:
    recording = recording_of(requests=0)
    page = _page(result_of(judged(verdict=Verdict.INVALID), recording=recording))
    assert "No window has a response time of it that counts." in page.text


def test_one_arm_alone_is_enough() -> None:
    recording = recording_of()
    only = tuple(window for window in recording.windows if window.arm == "a")
    fingerprints = {"a": recording.fingerprints["a"]}
    recording = msgspec.structs.replace(recording, windows=only, fingerprints=fingerprints)
    page = _page(replace(result_of(judged(subject="memory"), recording=recording), names={}))
    assert "The median of book was above the limit in 0 of 3 rounds." in page.captions
    assert "supabase" not in page.text


def test_a_ratio_is_drawn_in_percent() -> None:
    one = judged(
        subject="candidate / base",
        verdict=Verdict.REGRESSED,
        unit="ratio",
        allowed=1.1,
        estimate=1.25,
        low=1.2,
        high=1.31,
    )
    page = _page(result_of(one, names={"a": "base", "b": "candidate"}))
    assert page.text.count("% by which candidate is above base") == 2


def test_what_is_beyond_the_limit_lies_right_of_it() -> None:
    ok = judged("open_link", allowed=8.0)
    near = judged(verdict=Verdict.REGRESSED, estimate=12.0, low=10.0, high=14.0)
    html = render(result_of(ok, near, recording=recording_of(rounds=1)))
    plot = html[html.index("What decides") : html.index("The run as a whole")]
    limits = [float(at) for at in re.findall(r'x1="([\d.]+)%"[^>]*class="limit"', plot)]
    dots = [float(at) for at in re.findall(r'<circle cx="([\d.]+)%"', plot)]
    assert len(limits) == len(dots) == 2
    assert dots[0] < limits[0]
    assert dots[1] > limits[1]


def test_what_is_far_beyond_is_an_arrow_so_that_the_others_stay_readable() -> None:
    far = judged(verdict=Verdict.REGRESSED, estimate=900.0, low=850.0, high=950.0)
    page = _page(result_of(far, judged("open_link"), recording=recording_of(rounds=1)))
    assert "\N{BLACK RIGHT-POINTING POINTER}" in page.text


def test_not_a_single_error_allowed_is_not_drawn() -> None:
    one = judged(
        metric="errors", subject="memory", unit="share", allowed=0.0, estimate=0.0, low=0.0, high=0.01
    )
    assert "errors, memory: within the limit" not in _page(result_of(one)).text


def test_wrong_answers_are_counted_by_what_was_wrong() -> None:
    recording = recording_of()
    windows = tuple(_with_error(window, "status 500") for window in recording.windows)
    page = _page(result_of(judged(), recording=msgspec.structs.replace(recording, windows=windows)))
    assert "Wrong answers" in page.text
    assert "status 500" in page.text


def test_round_trips_that_vary_are_said() -> None:
    recording = msgspec.structs.replace(recording_of(), round_trips={"b": {"book": (2, 7)}})
    text = _page(result_of(judged(), recording=recording)).text
    assert "One call of it made 2 or 7 round trips in supabase. It should be the same each time." in text


def test_a_window_in_which_the_generator_stood_still_does_not_count() -> None:
    recording = recording_of(("book",), rounds=1, windows=4)
    late = msgspec.structs.replace(recording.windows[0], lag=histogram([500_000.0]))
    recording = msgspec.structs.replace(recording, windows=(late, *recording.windows[1:]))
    page = _page(result_of(judged(), recording=recording))
    assert "1 window in which the generator stood still" in page.text
    assert any(attributes.get("class") == "window unfit" for _, attributes in page.tags)


def test_a_plot_does_not_pass_over_what_was_never_measured() -> None:
    missing = judged("open_link", verdict=Verdict.INVALID, estimate=None, low=None, high=None)
    captions = _page(result_of(judged(), missing, recording=recording_of(rounds=1))).captions
    assert "p50, supabase - memory: within the limit for 1 of 2 endpoints; without a value for 1." in captions


def test_long_pauses_take_no_width() -> None:
    recording = recording_of(rounds=2, windows=1)
    first, second = recording.windows
    later = msgspec.structs.replace(second, begun_at=first.begun_at + 3600)
    html = render(result_of(judged(), recording=msgspec.structs.replace(recording, windows=(first, later))))
    assert 'class="tick">3,000<' not in html
    assert "round 2" in Page(html).text


def test_all_is_seen_at_one_glance_however_many_budgets_there_are() -> None:
    many = [judged(name, "memory", metric) for name in ENDPOINTS for metric in ("p50", "p95", "p99")]
    slow = judged("book", "supabase", "p95", Verdict.REGRESSED)
    html = render(result_of(*many, slow, recording=recording_of(rounds=1)))
    glance = html[
        html.index('<table class="matrix">') : html.index("With intervals, limits and samples (46 rows)")
    ]
    assert glance.count("PASS</span> 5.00 ms") == 45
    assert glance.count("REGRESSED</span> 31.2 ms") == 1
    assert html.index("p95, supabase: within the limit for 0 of 1 endpoint") < html.index(
        "3 more plots of budgets"
    )


def test_fifteen_endpoints_and_twenty_rounds_fit_on_a_page() -> None:
    recording = recording_of(ENDPOINTS, rounds=20, windows=2, requests=3)
    html = render(result_of(*map(judged, ENDPOINTS), recording=recording))
    assert len(html) < 2_000_000
    assert len(Page(html).captions) == 3 + 3 * len(ENDPOINTS)


def _with_error(window: WindowRecord, error: str) -> WindowRecord:
    endpoints = {
        name: msgspec.structs.replace(record, errors={error: 1}) for name, record in window.endpoints.items()
    }
    return msgspec.structs.replace(window, endpoints=endpoints)
