"""The workspace: the pages in which a person plays the agent, and the customer, in a browser."""

from datetime import datetime

from flask import Blueprint
from flask.typing import RouteCallable

from connectors.sandbox.gorgias.wiring import sandbox
from connectors.sandbox.gorgias.workspace import conversation, seats, ticket_list, writing
from connectors.sandbox.workspace import furnish
from connectors.sandbox.workspace.safety import protect

blueprint = Blueprint(
    "workspace",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/workspace",
)


def _now() -> datetime:
    return sandbox().desk.now()


_TICKET = "/app/ticket/<int:ticket_id>"
_READS: dict[str, RouteCallable] = {
    "/": ticket_list.show_list,
    "/state": ticket_list.list_state,
    _TICKET: conversation.show_ticket,
    f"{_TICKET}/state": conversation.ticket_state,
}
_WRITES: dict[str, RouteCallable] = {
    "/agent": seats.choose_agent,
    "/tickets": writing.write_in,
    f"{_TICKET}/reply": writing.write_as_agent,
    f"{_TICKET}/customer": writing.write_as_customer,
    f"{_TICKET}/macro": writing.send_macro,
    f"{_TICKET}/status": writing.set_status,
    f"{_TICKET}/tags": writing.change_tags,
}
for _rule, _view in _READS.items():
    blueprint.add_url_rule(_rule, view_func=_view, methods=["GET"])
for _rule, _view in _WRITES.items():
    blueprint.add_url_rule(_rule, view_func=_view, methods=["POST"])
# As Gorgias's own addresses have it, where a ticket is opened from a view.
blueprint.add_url_rule(
    "/app/views/<int:view_id>/<int:ticket_id>", view_func=conversation.show_in_view
)
blueprint.after_request(protect)
furnish(blueprint, _now)
