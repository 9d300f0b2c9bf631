"""A headless Chromium for the tests that need a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from shutil import which

from playwright.sync_api import Browser, expect, sync_playwright

# The shell has no windows, tabs and bubbles to draw: a third less work for the same pages.
_CHROMIUM = which("chromium-headless-shell") or which("chromium")
# A slow machine is no fault of a page's.
_PATIENCE_MS = 20_000
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def launched(*flags: str) -> Iterator[Browser]:
    """Use it for a module, not for a session: meanwhile the main thread has an event loop.

    That is nothing that tests of other parts should meet.
    """
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=[*_FLAGS, *flags])
        yield browser
        browser.close()
