"""Which other site may be framed in the pages: the installed app's."""

import re
from urllib.parse import urlsplit

from flask import Response

from connectors.sandbox.workspace import safety
from connectors.sandbox.zendesk.wiring import sandbox

# Anything else in an address could end one directive of the policy and begin another.
_HOST = re.compile(r"[a-z0-9.-]+(:[0-9]+)?|\[[0-9a-f:]+\](:[0-9]+)?")


def app_origin(url: str | None) -> str | None:
    """The origin of the installed app's address; None without one that a browser would open."""
    parts = urlsplit(url or "")
    host = parts.netloc.lower()
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        return None
    return f"{parts.scheme}://{host}"


def protect(response: Response) -> Response:
    """What customers write runs nothing and loads nothing; only the app is framed."""
    return safety.protect(response, framed=app_origin(sandbox().installation.url))
