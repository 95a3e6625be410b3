"""The page of a load run in a real browser: everything is visible, nothing is loaded, nothing is refused."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser

from loadtests.reporting.publishing import publish
from loadtests.result import Result
from loadtests.verdicts import Verdict
from tests.chromium import chromium, sight
from tests.load_results import ENDPOINTS, judged, recording_of, result_of

_PAIR = "supabase - memory"
_FOUND = [
    judged(name, subject, "p50", Verdict.REGRESSED if (name, subject) == ("book", _PAIR) else Verdict.PASS)
    for name in ENDPOINTS[:6]
    for subject in (_PAIR, "memory", "supabase", "base", "candidate")
]
_SHOWN = recording_of(ENDPOINTS[:6], rounds=3, windows=4, slow=6)
_REGRESSED = result_of(
    *_FOUND, judged("book", "memory", "p99", decides=False, allowed=None), recording=_SHOWN
)
_PARTIAL = result_of(
    judged(verdict=Verdict.INVALID),
    recording=msgspec.structs.replace(_SHOWN, windows=_SHOWN.windows[:5], complete=False),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def _published(result: Result, directory: Path) -> str:
    publish(result, directory)
    return (directory / "index.html").as_uri()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_is_all_there_at_any_width_by_day_and_by_night(
    browser: Browser, tmp_path: Path, *, dark: bool, width: int
) -> None:
    address = _published(_REGRESSED, tmp_path)
    with sight(browser, dark=dark, width=width) as seen:
        page = seen.page
        page.goto(address)
        assert seen.problems == []
        assert seen.requests == [address]
        assert page.title() == "REGRESSED: load compare"
        assert page.get_by_role("heading", level=1).inner_text().endswith("above memory, allowed 8 ms.")
        plots = page.locator("figure > svg:visible")
        sizes = [plots.nth(number).bounding_box() for number in range(plots.count())]
        assert len(sizes) > 3 * 6
        assert all(size is not None and size["width"] > 0.7 * min(width, 400) for size in sizes)
        # Nobody has to scroll sideways: what is too wide scrolls in itself.
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        ink, paper = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        assert (_brightness(ink) > _brightness(paper)) is dark


def test_the_first_thing_of_an_interrupted_run_is_that_it_is_invalid(
    browser: Browser, tmp_path: Path
) -> None:
    with sight(browser) as seen:
        seen.page.goto(_published(_PARTIAL, tmp_path))
        assert seen.problems == []
        banner = seen.page.get_by_role("alert")
        box = banner.bounding_box()
        assert box is not None
        assert box["y"] < 100
        assert banner.inner_text().startswith("INVALID")


def test_a_link_leads_to_its_endpoint_and_numbers_unfold(browser: Browser, tmp_path: Path) -> None:
    with sight(browser) as seen:
        page = seen.page
        page.goto(_published(_REGRESSED, tmp_path))
        page.get_by_role("navigation").get_by_role("link", name="book").click()
        section = page.locator("section", has=page.get_by_role("heading", name="book"))
        assert section.locator("h3").evaluate("node => node.getBoundingClientRect().top") < 200
        numbers = section.get_by_role("cell", name="since due").first
        assert not numbers.is_visible()
        section.get_by_text("The numbers of this plot").first.click()
        assert numbers.is_visible()


def test_print_is_as_wide_as_paper_and_shows_advice(browser: Browser, tmp_path: Path) -> None:
    with sight(browser, width=700) as seen:
        page = seen.page
        page.goto(_published(_REGRESSED, tmp_path))
        advice = page.locator("details", has=page.get_by_text("without a budget")).locator("table")
        assert not advice.is_visible()
        page.emulate_media(media="print")
        assert advice.is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 700


def _brightness(colour: str) -> int:
    return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))
