"""Puts the armed faults around a stand-in's calls."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Response, g, request

from connectors.sandbox.faults.proxy import bad_gateway
from connectors.sandbox.faults.registry import Faulted, Faults
from connectors.sandbox.faults.waiting import NoAnswer, wait

Answer = Callable[[int], Response]
_UNANSWERED = frozenset({"time_out", "dropped"})


class FaultSeam:
    """A seam that faults the calls under some paths, and nothing else.

    Args:
        faults: What is armed.
        paths: The beginnings of the paths that are the stand-in's own interface.
        answer: A refusal with some status, in the stand-in's shape.
    """

    def __init__(self, faults: Faults, *, paths: tuple[str, ...], answer: Answer) -> None:
        self._faults = faults
        self._paths = paths
        self._answer = answer

    def before(self) -> Response | None:
        """Meet the call; answer it where its work is not to be done."""
        if request.path.startswith("/sandbox/") or not request.path.startswith(self._paths):
            return None
        faulted = self._faults.meet(request.method, request.path)
        if faulted is None:
            return None
        if faulted.fault.done:
            g.sandbox_faulted = faulted
            return None
        # Read, so that a connection that is closed on it ends in order and not with a reset.
        request.get_data()
        return self._answered(faulted, None)

    def after(self, response: Response) -> Response:
        """Delay or lose the answer to a call whose work was done."""
        faulted: Faulted | None = g.pop("sandbox_faulted", None)
        if faulted is None:
            return response
        done = response.status_code < 400  # noqa: PLR2004 - HTTP: everything below is a success
        self._faults.worked(faulted, done=done, status=response.status_code)
        return self._answered(faulted, response)

    def _answered(self, faulted: Faulted, done: Response | None) -> Response:
        is_there = self._wait(faulted)
        answer = self._answer_to(faulted, done)
        if answer is None:
            return NoAnswer()
        if is_there:
            self._faults.answered(faulted, answer.status_code)
        return answer

    def _wait(self, faulted: Faulted) -> bool:
        fault, over = faulted.fault, faulted.armed.over
        if fault.kind == "hold":
            with self._faults.holding(faulted):
                return wait(request.environ, over, fault.seconds)
        return wait(request.environ, over, fault.seconds)

    def _answer_to(self, faulted: Faulted, done: Response | None) -> Response | None:
        """What goes out; None where nothing does."""
        if faulted.fault.kind in _UNANSWERED:
            return None
        if faulted.fault.status is None:
            return done
        status = faulted.fault.status
        answer = bad_gateway() if status == HTTPStatus.BAD_GATEWAY else self._answer(status)
        if faulted.retry_after is not None:
            answer.headers["Retry-After"] = str(faulted.retry_after)
        return answer
