"""Delivers events to webhooks: one background thread, in order but for what faults hold back."""

import threading
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus

from connectors.sandbox.zendesk.desk import Desk
from connectors.sandbox.zendesk.errors import ApiError
from connectors.sandbox.zendesk.events import Event
from connectors.sandbox.zendesk.sending import Sender, outgoing
from connectors.sandbox.zendesk.signing import new_secret
from connectors.sandbox.zendesk.webhook_faults import WebhookFault, WebhookFaults
from connectors.sandbox.zendesk.webhooks import Attempt, Invocation, Registry

# Which codes are retried is unconfirmed: 409 up to three times, and 429 and 503 with a Retry-After
# below 60 s. Nothing else is sent twice.
_RETRIES = 3
_LONGEST_PAUSE_SECONDS = 60
_CONFLICT_PAUSE_SECONDS = 0.05


@dataclass(eq=False, slots=True)
class _Job:
    """One delivery that is not over.

    Attributes:
        due: Moment of the monotonic clock from which it is sent.
        waits_for_another: It is sent after the next one that is.
    """

    invocation_id: str
    webhook_id: str
    body: bytes
    fault: WebhookFault | None = None
    due: float = 0.0
    waits_for_another: bool = False


class Deliveries:
    """A queue and the thread that empties it."""

    def __init__(
        self, desk: Desk, registry: Registry, sender: Sender, faults: WebhookFaults
    ) -> None:
        self._registry = registry
        self._sender = sender
        self._faults = faults
        self._waiting: list[_Job] = []
        self._work = threading.Condition(desk.lock)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def enqueue(self, event: Event) -> None:
        """Queue an event for every webhook that subscribed to its type."""
        with self._work:
            for invocation in self._registry.invoke(event.type):
                self._queue(invocation, event)
            self._work.notify()

    def _queue(self, invocation: Invocation, event: Event) -> None:
        webhook_id = invocation.webhook_id
        fault = self._faults.meet(
            event_id=event.id,
            event_type=event.type,
            webhook_id=webhook_id,
            invocation_id=invocation.id,
        )
        job = _Job(invocation.id, webhook_id, event.body, fault)
        match None if fault is None else fault.kind:
            case "lost":
                self._registry.lose(invocation, event.body)
                return
            case "late" if fault is not None:
                job.due = time.monotonic() + fault.seconds
            case "out_of_order":
                job.waits_for_another = True
        self._waiting.append(job)
        if fault is not None and fault.kind == "twice":
            # "One action may invoke the webhook more than once": the same event, sent anew.
            again = self._registry.again(invocation)
            self._waiting.append(_Job(again.id, webhook_id, event.body))

    def pending(self) -> int:
        """Deliveries that are queued, held back or under way."""
        with self._work:
            return len(self._waiting)

    def held(self) -> int:
        """Those that a fault holds back right now."""
        with self._work:
            return sum(not _is_ready(job) for job in self._waiting)

    def flush(self) -> int:
        """Hold nothing back any more. Returns how many that lets go."""
        with self._work:
            held = self.held()
            for job in self._waiting:
                job.due, job.waits_for_another = 0.0, False
            self._work.notify()
            return held

    def start(self) -> None:
        """Begin to deliver."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="sandbox-deliveries", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the request in flight and end; what is queued stays for the next start."""
        if self._thread is None:
            return
        self._stopping.set()
        with self._work:
            self._work.notify()
        self._thread.join()
        self._thread = None

    def _run(self) -> None:
        while (job := self._next()) is not None:
            if self._deliver(job):
                self._finish(job)

    def _next(self) -> _Job | None:
        """The first that may be sent, waited for; None when it is time to stop."""
        with self._work:
            while not self._stopping.is_set():
                job = next(filter(_is_ready, self._waiting), None)
                if job is not None:
                    return job
                due = [job.due for job in self._waiting if not job.waits_for_another]
                self._work.wait(max(min(due) - time.monotonic(), 0) if due else None)
            return None

    def _finish(self, job: _Job) -> None:
        """Take a delivery out that is over; those it has overtaken follow."""
        with self._work:
            overtaken = self._waiting[: self._waiting.index(job)]
            self._waiting.remove(job)
            for other in overtaken:
                if other.webhook_id == job.webhook_id:
                    other.waits_for_another = False

    def _deliver(self, job: _Job) -> bool:
        """Whether the job is over; False where a stop came between two attempts."""
        for retries_left in range(_RETRIES, -1, -1):
            attempt = self._attempt(job)
            pause = None if attempt is None else _pause_before_retry(attempt)
            if pause is None or not retries_left:
                return True
            if self._stopping.wait(pause):
                return False
        return True

    def _attempt(self, job: _Job) -> Attempt | None:
        try:
            webhook = self._registry.get(job.webhook_id)
        except ApiError:
            return None  # The webhook was deleted meanwhile.
        request = outgoing(webhook, invocation_id=job.invocation_id, body=job.body)
        match None if job.fault is None else job.fault.kind:
            case "wrong_signature":
                request = replace(request, secret=new_secret())
            case "stale_stamp" if job.fault is not None:
                request = replace(request, age=timedelta(seconds=job.fault.seconds))
        attempt = self._sender.send(request)
        self._registry.record(job.invocation_id, attempt)
        return attempt


def _is_ready(job: _Job) -> bool:
    return not job.waits_for_another and job.due <= time.monotonic()


def _pause_before_retry(attempt: Attempt) -> float | None:
    """Seconds until the next attempt; None for no other attempt."""
    if attempt.status_code == HTTPStatus.CONFLICT:
        return _CONFLICT_PAUSE_SECONDS
    if attempt.status_code in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        wanted = attempt.response_headers.get("Retry-After", "")
        if wanted.isascii() and wanted.isdigit() and int(wanted) < _LONGEST_PAUSE_SECONDS:
            return float(wanted)
    return None
