"""Faults of webhook deliveries: what is armed, and which delivery meets it.

A fault is met when its event is queued, so that which events meet one does not hang on how fast
the endpoint is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import RLock

from connectors.sandbox.faults.reading import Order
from connectors.sandbox.faults.turns import Schedule, Turns

# Outside the five minutes that a vendor's documentation lets a receiver accept.
_STALE_SECONDS = 3_600.0
_LATE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class WebhookFault:
    """What goes wrong with a delivery.

    Attributes:
        kind: One of those that the stand-in knows.
        schedule: How often.
        seconds: How late it is sent, or how old its timestamp is.
    """

    kind: str
    schedule: Schedule
    seconds: float = 0.0


def read_webhook_fault(value: object, kinds: tuple[str, ...]) -> WebhookFault:
    """A fault as a test writes it: ``{fault, deliveries?, after?, share?, seed?, seconds?}``.

    Args:
        value: The JSON.
        kinds: The faults there are.

    Raises:
        FaultFormatError: A field is wrong or not known.
    """
    order = Order(value)
    kind = order.one_of("fault", kinds)
    seconds = 0.0
    if kind in {"late", "stale_stamp"}:
        usual = _LATE_SECONDS if kind == "late" else _STALE_SECONDS
        seconds = order.number("seconds", usual)
    fault = WebhookFault(kind, order.schedule("deliveries"), seconds)
    order.finish()
    return fault


@dataclass(slots=True)
class _Armed:
    id: int
    fault: WebhookFault
    turns: Turns = field(init=False)

    def __post_init__(self) -> None:
        self.turns = Turns(self.fault.schedule)


class WebhookFaults:
    """All that is armed, and all that happened. Thread safe by the lock it is given."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._armed: list[_Armed] = []
        self._log: list[Mapping[str, object]] = []
        self._made = 0

    def arm(self, fault: WebhookFault) -> dict[str, object]:
        """Add a fault; those armed before come first. Returns it as JSON."""
        with self._lock:
            self._made += 1
            armed = _Armed(self._made, fault)
            self._armed.append(armed)
            return _shown(armed)

    def disarm(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._armed.clear()

    def meet(self, **delivery: str) -> WebhookFault | None:
        """The fault that a delivery meets; `delivery` describes it for the log."""
        with self._lock:
            for armed in self._armed:
                if armed.turns.meet():
                    armed.turns.take()
                    self._log.append({"fault": armed.fault.kind, **delivery})
                    return armed.fault
        return None

    def report(self) -> list[dict[str, object]]:
        """What is armed and how often each fired, as JSON."""
        with self._lock:
            return [_shown(armed) for armed in self._armed]

    def log(self) -> list[Mapping[str, object]]:
        """Every delivery that met a fault, in the order of their events, as JSON."""
        with self._lock:
            return list(self._log)


def _shown(armed: _Armed) -> dict[str, object]:
    return {
        "id": armed.id,
        "fault": armed.fault.kind,
        "seconds": armed.fault.seconds,
        "deliveries": armed.fault.schedule.times,
        "left": armed.turns.left,
        "seen": armed.turns.seen,
        "fired": armed.turns.fired,
    }
