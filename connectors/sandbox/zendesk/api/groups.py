"""Groups of agents.

Source: https://developer.zendesk.com/api-reference/ticketing/groups/groups/
"""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.api.guard import PREFIX
from connectors.sandbox.zendesk.paging import paged
from connectors.sandbox.zendesk.shapes import group_json
from connectors.sandbox.zendesk.wiring import sandbox

blueprint = Blueprint("zendesk_groups", __name__, url_prefix=PREFIX + "groups")


@blueprint.get("")
def list_groups() -> ResponseReturnValue:
    """All groups."""
    page = paged(sandbox().desk.groups(), key=lambda group: group.id)
    shown = [group_json(group, request.host_url) for group in page.items]
    return {"groups": shown, **page.envelope}


@blueprint.get("/<int:group_id>")
def show_group(group_id: int) -> ResponseReturnValue:
    """One group."""
    return {"group": group_json(sandbox().desk.group(group_id), request.host_url)}
