"""An order as it was when the facts of a draft were gathered. Pure."""

from dataclasses import dataclass
from datetime import datetime

from connectors.types import Money


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """What the shop said of an order when the facts were gathered. None: that was not kept.

    Attributes:
        refunded: Zero where the shop names none.
        household: The shipping address, folded for comparison; empty where there is none.
    """

    id: str
    total: Money | None = None
    placed_at: datetime | None = None
    status: str | None = None
    refunded: Money | None = None
    household: str | None = None

    @property
    def left(self) -> Money | None:
        """What was paid and not given back; None where it is not known."""
        if self.total is None or self.refunded is None:
            return None
        if self.refunded.currency != self.total.currency:
            return None
        return Money(self.total.amount - self.refunded.amount, self.total.currency)
