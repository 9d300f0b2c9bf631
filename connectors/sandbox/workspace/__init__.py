"""What the pages of every helpdesk's workspace share: their look, their forms, their safety.

A workspace is a blueprint named ``workspace`` with the views ``show_list``, ``show_ticket`` and
``choose_agent``; its pages extend ``shared/base.html``.
"""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response

from connectors.sandbox.workspace import wording
from connectors.sandbox.workspace.safety import refuse_other_sites, sanitised

# Below the workspace's own, so that its scripts find these beside them.
shared = Blueprint(
    "workspace_shared",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/workspace/shared",
)


@shared.after_request
def name_kinds(response: Response) -> Response:
    """Scripts and styles are what they say."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def furnish(blueprint: Blueprint, now: Callable[[], datetime]) -> None:
    """Give a workspace the filters of its pages, and let no other site write there."""
    blueprint.before_request(refuse_other_sites)
    blueprint.add_app_template_filter(sanitised)
    blueprint.add_app_template_filter(wording.initials)
    blueprint.add_app_template_filter(wording.size)
    blueprint.add_app_template_filter(lambda moment: wording.ago(moment, now()), "ago")
    blueprint.add_app_template_filter(lambda moment: wording.clock(moment, now()), "clock")
