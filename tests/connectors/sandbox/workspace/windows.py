"""What the tests do with a window, and what they read back."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Error, Frame, Page

from tests.connectors.sandbox.support import Caller

Open = Callable[..., Page]
_FRESH_FRAMES = 3


def the_app(page: Page) -> Frame:
    """The app's frame, once it has talked to the page."""
    for _ in range(_FRESH_FRAMES):
        page.frame_locator("#sidebar").locator("#who").wait_for()
        frame = page.frame("sidebar")
        assert frame is not None
        try:
            frame.wait_for_function("window.app?.opened")
        except Error as gone:
            # The page was about to put a fresh frame in the place of this one.
            if "detached" not in str(gone):
                raise
        else:
            return frame
    raise AssertionError("every frame was taken away")


def ask(frame: Frame, name: str, **more: object) -> Any:
    """The page's answer to a question of the app."""
    answer = frame.evaluate("([name, more]) => app.ask(name, more)", [name, more])
    assert answer.pop("sandbox") == 1
    assert isinstance(answer.pop("re"), int)
    return answer


def texts(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(".comment .body").all_inner_texts()]


def told(frame: Frame, kind: str) -> list[Any]:
    """What the page has said of itself so far: its news, or its questions."""
    heard: list[Any] = frame.evaluate("app.heard")
    return [message for message in heard if kind in message]


def sent(anyone: Caller, ticket: int) -> list[str]:
    """What the customer has been sent, by the sandbox's own account."""
    log = anyone.get("/sandbox/log")["public_comments"]
    return [
        entry["body"]
        for entry in log
        if entry["ticket_id"] == ticket and entry["role"] != "end-user"
    ]
