"""Delivers webhooks: one background thread, in order but for what faults hold back."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import RLock

from connectors.sandbox.delivering.faults import WebhookFault, WebhookFaults


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one endpoint.

    Attributes:
        target: Whose endpoint: what is out of order is so among those of one target.
        attempt: Makes one request, as the fault it met has it. Answers with the seconds until the
            next attempt; None where it is over.
    """

    target: str
    attempt: Callable[[WebhookFault | None], float | None]


@dataclass(eq=False, slots=True)
class _Job:
    """One delivery that is not over.

    Attributes:
        due: Moment of the monotonic clock from which it is sent.
        waits_for_another: It is sent after the next one that is.
    """

    delivery: Delivery
    fault: WebhookFault | None = None
    due: float = 0.0
    waits_for_another: bool = False


class DeliveryLine:
    """A queue and the thread that empties it."""

    def __init__(self, lock: RLock, faults: WebhookFaults, *, retries: int) -> None:
        """Args: `retries` is how often a delivery is attempted again."""
        self._faults = faults
        self._retries = retries
        self._waiting: list[_Job] = []
        self._work = threading.Condition(lock)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def put(
        self,
        delivery: Delivery,
        *,
        about: Mapping[str, str],
        again: Callable[[], Delivery],
        lose: Callable[[], None],
    ) -> None:
        """Queue a delivery, as the fault that it meets has it.

        Args:
            delivery: What is to be sent.
            about: Describes it in the log of the faults.
            again: The same event for the same endpoint once more.
            lose: Called instead, where it is lost.
        """
        with self._work:
            fault = self._faults.meet(**about)
            job = _Job(delivery, fault)
            match None if fault is None else fault.kind:
                case "lost":
                    lose()
                    return
                case "late" if fault is not None:
                    job.due = time.monotonic() + fault.seconds
                case "out_of_order":
                    job.waits_for_another = True
            self._waiting.append(job)
            if fault is not None and fault.kind == "twice":
                self._waiting.append(_Job(again()))
            self._work.notify()

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
                if other.delivery.target == job.delivery.target:
                    other.waits_for_another = False

    def _deliver(self, job: _Job) -> bool:
        """Whether the job is over; False where a stop came between two attempts."""
        for retries_left in range(self._retries, -1, -1):
            pause = job.delivery.attempt(job.fault)
            if pause is None or not retries_left:
                return True
            if self._stopping.wait(pause):
                return False
        return True


def _is_ready(job: _Job) -> bool:
    return not job.waits_for_another and job.due <= time.monotonic()
