"""Sends what was written to customers, some time after it was written.

A message is made first and sent later; what cannot be sent fails, and stays to be retried.
"""

import threading
import time
from dataclasses import dataclass

from connectors.sandbox.faults.turns import Schedule, Turns
from connectors.sandbox.gorgias.desk import Desk
from connectors.sandbox.gorgias.ledger import Ledger
from connectors.sandbox.gorgias.records import Change, Message

_CHAT = "chat"
# What the reference knows of a chat that was addressed wrongly.
_NOT_DELIVERED = "Last message not delivered"


@dataclass(frozen=True, slots=True)
class SendingFault:
    """Some messages cannot be sent, for this reason."""

    error: str
    schedule: Schedule


class Mailroom:
    """A queue of messages and the thread that sends them."""

    def __init__(self, desk: Desk, ledger: Ledger, *, seconds: float) -> None:
        self._desk = desk
        self._ledger = ledger
        self._seconds = seconds
        self._due: dict[int, float] = {}
        self._faults: list[tuple[SendingFault, Turns]] = []
        self._held = False
        self._stopping = False
        self._work = threading.Condition(desk.lock)
        self._thread: threading.Thread | None = None

    def see(self, change: Change) -> None:
        """Queue what a change leaves waiting to be sent; forget what it took away."""
        message = change.message
        if message is None:
            return
        with self._work:
            if message.is_waiting:
                self._due.setdefault(message.id, time.monotonic() + self._seconds)
            else:
                self._due.pop(message.id, None)
            self._work.notify_all()

    def pending(self) -> int:
        """Messages on their way; what is held is none of them."""
        with self._work:
            return 0 if self._held else len(self._due)

    def hold(self, *, held: bool) -> None:
        """Send nothing, or go on."""
        with self._work:
            self._held = held
            self._work.notify_all()

    def arm(self, fault: SendingFault) -> None:
        """Let some messages fail."""
        with self._work:
            self._faults.append((fault, Turns(fault.schedule)))

    def start(self) -> None:
        """Begin to send."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="sandbox-mailroom", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; what is queued stays for the next start."""
        if self._thread is None:
            return
        with self._work:
            self._stopping = True
            self._work.notify_all()
        self._thread.join()
        self._thread = None

    def _run(self) -> None:
        with self._work:
            while not self._stopping:
                if not self._send_due():
                    self._work.wait(self._pause())

    def _send_due(self) -> bool:
        now = time.monotonic()
        if self._held:
            return False
        number = next((one for one, due in self._due.items() if due <= now), None)
        if number is None:
            return False
        del self._due[number]
        message = self._desk.find_message(number)
        if message is not None and message.is_waiting:
            self._send(message)
        return True

    def _pause(self) -> float | None:
        if self._held or not self._due:
            return None
        return max(min(self._due.values()) - time.monotonic(), 0)

    def _send(self, message: Message) -> None:
        error = self._fault() or self._wrong_address(message)
        if error is not None:
            self._desk.failed(message, error)
            return
        self._desk.sent(message)
        self._ledger.mailed(message, addresses(message))

    def _fault(self) -> str | None:
        for fault, turns in self._faults:
            if turns.meet():
                turns.take()
                return fault.error
        return None

    def _wrong_address(self, message: Message) -> str | None:
        to = addresses(message)
        if message.channel != _CHAT:
            return None if to else "The message has no recipient"
        is_chat = (message.source or {}).get("type") == _CHAT and message.receiver is None
        right = is_chat and bool(to) and set(to) <= self._conversations(message.ticket_id)
        return None if right else _NOT_DELIVERED

    def _conversations(self, ticket_id: int) -> set[str]:
        """The addresses at which a ticket's customer can be chatted with."""
        ticket = self._desk.ticket(ticket_id)
        found = set()
        match ticket.meta.get(_CHAT):
            case {"conversation_id": str(address)}:
                found.add(address)
        customer = self._desk.people.known(ticket.customer_id)
        channels = () if customer is None else customer.channels
        found |= {str(one["address"]) for one in channels if one["type"] == _CHAT}
        return found


def addresses(message: Message) -> tuple[str, ...]:
    """Where a message goes: what its source says, else its receiver's address."""
    named = (message.source or {}).get("to") or []
    found = tuple(str(one["address"]) for one in named if one.get("address"))
    if found or message.receiver is None or message.receiver.email is None:
        return found
    return (message.receiver.email,)
