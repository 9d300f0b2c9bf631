"""The tags that tickets have, the most used first.

Source: https://developer.zendesk.com/api-reference/ticketing/ticket-management/tags/#list-tags

Zendesk counts the last 60 days and at most 20,000 tags. Here all that a ticket has is counted.
"""

from collections import Counter

from flask import Blueprint
from flask.typing import ResponseReturnValue

from connectors.sandbox.zendesk.api.guard import PREFIX
from connectors.sandbox.zendesk.paging import paged
from connectors.sandbox.zendesk.wiring import sandbox

blueprint = Blueprint("zendesk_tag_list", __name__, url_prefix=PREFIX + "tags")


@blueprint.get("")
def list_tags() -> ResponseReturnValue:
    """Each tag with how many tickets have it."""
    counts = Counter(tag for ticket in sandbox().desk.tickets() for tag in ticket.tags)
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    page = paged(list(enumerate(ranked, start=1)), key=lambda each: each[0])
    tags = [{"name": name, "count": count} for _, (name, count) in page.items]
    return {"tags": tags, **page.envelope}
