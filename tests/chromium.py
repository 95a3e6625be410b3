"""The system's Chromium, driven by Playwright: how pages that we render are looked at."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, sync_playwright

__all__ = ["Sight", "chromium", "sight"]

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",  # it cannot be had by root, nor in most containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Sight:
    """A page in a browser, and what went wrong or was loaded while it was shown."""

    page: Page
    problems: list[str] = field(default_factory=list)
    """Messages of the console, errors of scripts, refusals of the content security policy."""
    requests: list[str] = field(default_factory=list)
    """Every URL that was asked for, the page's own included."""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser with a fresh profile; it ends with the block."""
    with sync_playwright() as playwright:
        # launch() makes a new profile directory and removes it.
        browser = playwright.chromium.launch(executable_path=_executable(), args=[*_FLAGS])
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def sight(browser: Browser, *, dark: bool = False, width: int = 1280, **context: object) -> Iterator[Sight]:
    """Open an empty page, as a person with this setting and this width of the window would see it."""
    opened = browser.new_context(
        color_scheme="dark" if dark else "light",
        viewport={"width": width, "height": 900},
        **context,  # type: ignore[arg-type]  # options of Playwright's own
    )
    try:
        seen = Sight(opened.new_page())
        seen.page.on("console", lambda message: seen.problems.append(f"{message.type}: {message.text}"))
        seen.page.on("pageerror", lambda error: seen.problems.append(str(error)))
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        yield seen
    finally:
        opened.close()


def _executable() -> str:
    found = next((path for name in _NAMES if (path := shutil.which(name)) is not None), None)
    assert found is not None, (
        f"No Chromium is installed ({', '.join(_NAMES)}), and pages are looked at in a real browser. Install "
        "one: `apt-get install chromium` on Debian, `snap install chromium` on Ubuntu."
    )
    return found
