"""Named places where a process is held until it is killed there or told to go on.

A barrier wraps one function at a seam, in a test's own process and never in the code of the
service: before it is called, or after it came back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from threading import Lock, local
from typing import Any


@dataclass(frozen=True)
class Barrier:
    """One place.

    Attributes:
        seam: The function: ``module:name`` or ``module:Class.name``.
        after: Once it came back, else before it is called.
        telling: Only calls that returned something count.
        writing: Only bytes that begin a write count.
        replying: Only calls of a reply's attempt count: notes and tags come the same way.
    """

    seam: str
    after: bool = False
    telling: bool = False
    writing: bool = False
    replying: bool = False

    def counts(self, args: tuple[Any, ...], given: object) -> bool:
        """Whether this call is one that is meant."""
        if self.replying and not getattr(_attempt, "replying", False):
            return False
        if self.writing and not bytes(args[1]).startswith(b"PUT "):
            return False
        return bool(given) or not self.telling


_attempt = local()
_HELPDESK = "connectors.zendesk.helpdesk:ZendeskHelpdesk"
_CLIENT = "connectors.zendesk.client:ZendeskClient"

BARRIERS = {
    # From the helpdesk's request to our answer.
    "accepted-not-answered": Barrier("plugin.intake:accept", after=True),
    # An event on its way to a draft and its note.
    "job-taken-event-not-claimed": Barrier("plugin.workers:_handle_event"),
    "event-claimed": Barrier("plugin.pipeline:_case"),
    "draft-stored-note-not-written": Barrier("plugin.pipeline:present", after=True, telling=True),
    "draft-being-stored": Barrier("plugin.present:_first_state"),
    "event-done-not-said": Barrier("plugin.pipeline:_route", after=True),
    "note-claimed-not-written": Barrier(f"{_HELPDESK}.add_note"),
    "note-written-receipt-not-stored": Barrier(f"{_HELPDESK}.add_note", after=True),
    # A verdict on its way to a reply.
    "verdict-stored-job-not-run": Barrier("plugin.review.notes:read", after=True, telling=True),
    "reply-planned-not-claimed": Barrier("plugin.delivery.replies:_ready", after=True),
    "reply-claimed-not-checked": Barrier("plugin.delivery.effects:_do", replying=True),
    "reply-claimed-not-sent": Barrier(f"{_HELPDESK}.send_reply"),
    "reply-about-to-leave": Barrier(f"{_CLIENT}.update_ticket", replying=True),
    "reply-bytes-not-sent": Barrier(
        "connectors.transport:_GuardedHTTP.send", writing=True, replying=True
    ),
    "reply-sent-receipt-not-stored": Barrier(f"{_HELPDESK}.send_reply", after=True),
    "receipt-stored-job-not-ended": Barrier("plugin.delivery.replies:_finish", after=True),
    # Tags alone, and the healers themselves.
    "tags-written-not-settled": Barrier(f"{_HELPDESK}.change_tags", after=True),
    "sweep-enqueued": Barrier("plugin.workers:sweep", after=True, telling=True),
    "handed-back-lease-not-taken": Barrier(
        "plugin.jobs:JobEngine.hand_back", after=True, telling=True
    ),
}


def install(name: str, reached: Callable[[], None]) -> None:
    """Have `reached` called the first time a barrier is met, in the thread that gets there."""
    barrier = BARRIERS[name]
    if barrier.replying:
        _mark_replies()
    module, _, path = barrier.seam.partition(":")
    owner: Any = import_module(module)
    *outer, function = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    real, first = getattr(owner, function), Lock()

    def with_barrier(*args: Any, **named: Any) -> Any:
        if not barrier.after and barrier.counts(args, None) and first.acquire(blocking=False):
            reached()
        given = real(*args, **named)
        if barrier.after and barrier.counts(args, given) and first.acquire(blocking=False):
            reached()
        return given

    setattr(owner, function, with_barrier)


def _mark_replies() -> None:
    """Have threads know when they attempt a reply."""
    replies: Any = import_module("plugin.delivery.replies")
    real = replies.attempt

    def marked(*args: Any) -> Any:
        _attempt.replying = True
        try:
            return real(*args)
        finally:
            _attempt.replying = False

    replies.attempt = marked
