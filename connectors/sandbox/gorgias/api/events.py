"""The journal. https://developers.gorgias.com/reference/the-event-object."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from marshmallow import fields

from connectors.sandbox.gorgias.api.guard import PREFIX
from connectors.sandbox.gorgias.api.paging import Listing, paged, paging_fields
from connectors.sandbox.gorgias.api.reading import Fields, moment, one_of, query
from connectors.sandbox.gorgias.errors import bad_request
from connectors.sandbox.gorgias.journal import Event, event_json
from connectors.sandbox.gorgias.wiring import sandbox

blueprint = Blueprint("gorgias_events", __name__, url_prefix=f"{PREFIX}events")

_OBJECTS = tuple(
    "Account Macro Tag Customer Team View Widget User TicketMessage Ticket Rule Integration".split()
)
_BOUNDS = tuple(f"created_datetime[{bound}]" for bound in ("gt", "gte", "lt", "lte"))
_LISTING: Listing[Event] = Listing(
    {"created_datetime": lambda one: one.created_at}, lambda one: one.id, event_json
)


@blueprint.get("")
def list_events() -> ResponseReturnValue:
    """Events that fit all filters, the newest first. ``object_type`` needs ``object_id``."""
    asked = query(
        object_type=one_of(_OBJECTS),
        object_id=fields.Integer(),
        types=fields.List(fields.String()),
        user_ids=fields.List(fields.Integer()),
        **{name: moment() for name in _BOUNDS},
        **paging_fields(list(_LISTING.orders)),
    )
    if "object_type" in asked and "object_id" not in asked:
        told = {"object_id": ["Required with object_type."]}
        raise bad_request("Invalid query parameters", told)
    return paged([one for one in sandbox().journal.all() if _fits(one, asked)], _LISTING, asked)


@blueprint.get("/<int:event_id>")
def show(event_id: int) -> ResponseReturnValue:
    """One event."""
    query()
    return event_json(sandbox().journal.get(event_id))


def _fits(event: Event, asked: Fields) -> bool:
    at, (after, since, before, until) = event.created_at, map(asked.get, _BOUNDS)
    return (
        asked.get("object_type") in {None, event.object_type}
        and asked.get("object_id") in {None, event.object_id}
        and ("types" not in asked or event.type in asked["types"])
        and ("user_ids" not in asked or event.user_id in asked["user_ids"])
        and (after is None or at > after)
        and (since is None or at >= since)
        and (before is None or at < before)
        and (until is None or at <= until)
    )
