"""The one place where a stand-in can be made to misbehave, before and after each request."""

from typing import Protocol

from flask import Flask, Response


class Seam(Protocol):
    """Sees every request of a stand-in. Reads `flask.request`."""

    def before(self) -> Response | None:
        """Answer in the stand-in's place, so that nothing is done; None lets it through."""

    def after(self, response: Response) -> Response:
        """Change or lose the answer to a request that was done."""


class PassThrough:
    """A seam that lets everything through."""

    def before(self) -> Response | None:
        """Never answers."""
        return None

    def after(self, response: Response) -> Response:
        """The same response."""
        return response


def attach(app: Flask, seam: Seam | None) -> None:
    """Put `seam` around `app`. Call it before anything else registers a hook.

    Flask runs before-hooks in the order of registration and after-hooks in reverse, so the first to
    register is outermost on both sides: it answers before authentication, and it sees a response
    after the write was counted.
    """
    chosen = seam or PassThrough()
    app.before_request(chosen.before)
    app.after_request(chosen.after)
