"""The workspace: the pages in which a person plays the agent, and the customer, in a browser.

The routes stand here; `host.js` speaks to the installed app's frame.
"""

from datetime import datetime

from flask import Blueprint
from flask.typing import RouteCallable

from connectors.sandbox.workspace import furnish
from connectors.sandbox.zendesk.wiring import sandbox
from connectors.sandbox.zendesk.workspace import (
    conversation,
    safety,
    seats,
    ticket_list,
    writing,
)

blueprint = Blueprint(
    "workspace",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/workspace",
)


def _now() -> datetime:
    return sandbox().desk.now()


_READS: dict[str, RouteCallable] = {
    "/": ticket_list.show_list,
    "/state": ticket_list.list_state,
    "/tickets/<int:ticket_id>": conversation.show_ticket,
    "/agent/tickets/<int:ticket_id>": conversation.show_ticket,
    "/tickets/<int:ticket_id>/state": conversation.ticket_state,
}
_WRITES: dict[str, RouteCallable] = {
    "/agent": seats.choose_agent,
    "/tickets": writing.write_in,
    "/tickets/<int:ticket_id>/reply": writing.write_as_agent,
    "/tickets/<int:ticket_id>/customer": writing.write_as_customer,
    "/tickets/<int:ticket_id>/status": writing.set_status,
    "/tickets/<int:ticket_id>/tags": writing.change_tags,
}
for _rule, _view in _READS.items():
    blueprint.add_url_rule(_rule, view_func=_view, methods=["GET"])
for _rule, _view in _WRITES.items():
    blueprint.add_url_rule(_rule, view_func=_view, methods=["POST"])
blueprint.after_request(safety.protect)
furnish(blueprint, _now)
