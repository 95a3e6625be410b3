"""The operations dashboard in a real browser, in both modes."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import chromium, sight
from tests.integration.api.conftest import MODES, emptied
from tests.integration.api.conversation import NEW
from tests.serving import Server, serving

_HOSTILE = "<script>document.title = 'taken'</script><img src=x onerror=alert(1)> & \"Zoë\" 🦊"
_ERROR = "HTTP 503: </td></table><h1>iCIMS</h1>" + "x" * 300
_ATTEMPTS = 5
"""After so many a job is given up."""

# WCAG 2.2, 1.4.3: contrast of each text with the background behind it.
_LOWEST_CONTRAST = """() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((c) => c / 255).map(
      (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = channels(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  let lowest = 21;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    if (node.textContent.trim() === "") continue;
    const style = getComputedStyle(node.parentElement);
    const [a, b] = [light(channels(style.color)), light(behind(node.parentElement))];
    lowest = Math.min(lowest, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  }
  return lowest;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser; each sight is a profile of its own."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module", params=MODES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server in each mode, after a bad day. These tests only look."""
    mode = str(request.param)
    environ = {} if mode == "memory" else emptied(request.getfixturevalue("database")).environ()
    with serving(mode, tmp_path_factory.mktemp(mode), environ) as running:
        have_a_bad_day(running.client)
        yield running


def have_a_bad_day(client: httpx.Client) -> None:
    """Make a request that needs attention, a booking, and a job that is given up."""
    new = {**NEW, "candidateName": _HOSTILE, "needsAttention": True, "needsAttentionReason": _HOSTILE}
    token = client.post("/api/scheduling-requests", json=new).json()["publicToken"]
    slot = {"scheduledStart": "2030-03-02T10:00:00Z", "scheduledEnd": "2030-03-02T10:45:00Z"}
    assert client.post(f"/api/public/{token}/book", json=slot).status_code == 201
    for attempt in range(1, _ATTEMPTS + 1):
        (job,) = client.post("/api/workers/sync-jobs/claim", json={}).json()["rows"]
        report = {"attempts": attempt, "error": _ERROR, "retryInS": 0}
        assert client.post(f"/api/workers/sync-jobs/{job['id']}/fail", json=report).status_code == 200


def cells(page: Page, table: str) -> list[list[str]]:
    """Return the texts of a table's rows as they are shown."""
    rows = page.locator(f"#{table} tbody tr").all()
    return [row.locator("td").all_inner_texts() for row in rows]


def test_the_dashboard_shows_what_matters_and_runs_nothing(server: Server, browser: Browser) -> None:
    with sight(browser) as seen:
        page = seen.page
        page.goto(f"{server.url}/ops")
        assert page.title() == "Scheduler operations"
        assert page.locator("#mode").inner_text() == server.mode
        assert [page.locator(f"#{tile}").inner_text() for tile in ("attention", "due", "failed")] == [
            "1",
            "0",
            "1",
        ]
        by_table = {row[0]: row[1:] for row in cells(page, "status-rows")}
        assert by_table["scheduling requests"][0] == "1"
        assert "booked 1" in by_table["scheduling requests"][1]
        assert "failed 1" in by_table["sync jobs"][1]
        (attention,) = cells(page, "attention-rows")
        assert attention[:4] == [_HOSTILE, "Engineer", _HOSTILE, "booked"]
        (failed,) = cells(page, "failed-rows")
        assert failed[2] == "5 of 5"
        assert failed[3] == f"{_ERROR[:200]}…"
        ((_, what, by, *_),) = cells(page, "history-rows")
        assert (what, by) == ("booked", "candidate")
        assert page.locator("script, img, main h1").count() == 0
        assert seen.problems == []
        assert seen.requests == [f"{server.url}/ops"]


def test_it_is_readable_in_the_light_in_the_dark_and_on_a_telephone(server: Server, browser: Browser) -> None:
    pages = []
    for dark in (False, True):
        with sight(browser, dark=dark) as seen:
            seen.page.goto(f"{server.url}/ops")
            assert seen.page.evaluate(_LOWEST_CONTRAST) >= 4.5
            pages.append(seen.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert pages[0] != pages[1]
    with sight(browser, width=390) as seen:
        seen.page.goto(f"{server.url}/ops")
        assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_but_its_own_style_is_allowed(server: Server, browser: Browser) -> None:
    policy = server.client.get("/ops").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    with sight(browser) as seen:
        seen.page.goto(f"{server.url}/ops")
        # As a text would that broke out of its cell.
        seen.page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "document.title = 'taken'";
                document.body.append(script);
                const image = document.createElement("img");
                image.src = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=";
                document.body.append(image);
            }"""
        )
        seen.page.wait_for_function("document.querySelector('img').complete")
        assert seen.page.evaluate("document.querySelector('img').naturalWidth") == 0
        assert seen.page.title() == "Scheduler operations"
        assert len(seen.problems) == 2
        assert all("Content Security Policy" in problem for problem in seen.problems)
