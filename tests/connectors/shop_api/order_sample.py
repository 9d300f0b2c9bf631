"""An order as a shop words it."""

from typing import Any

ORDER: dict[str, Any] = {
    "id": "1002",
    "email": "ann@example.com",
    "currency": "USD",
    "total": "54.20",
    "placed_at": "2026-11-02T10:00:00+01:00",
    "status": "shipped",
    "shipping": "4.20",
    "items": [{"id": "a", "title": "Mug", "price": "25.00", "quantity": 2}],
}
