"""What keeps the pages safe: what may run in them, who may post to them, which HTML is shown."""

import re
from http import HTTPStatus
from urllib.parse import urlsplit

import nh3
from flask import Response, abort, request
from markupsafe import Markup

from connectors.sandbox.zendesk.wiring import sandbox

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'{app}; frame-src {frame}; base-uri 'none'; frame-ancestors 'none'"
)
# Anything else in an address could end one directive of the policy and begin another.
_HOST = re.compile(r"[a-z0-9.-]+(:[0-9]+)?|\[[0-9a-f:]+\](:[0-9]+)?")
# Images are left out: loading one tells its sender that the page was read. Landmarks are the
# page's own.
_ALLOWED_TAGS = nh3.ALLOWED_TAGS - set("img map area nav header footer aside article".split())
# Browsers send this header with every request; other programs need not.
_OWN_PAGES = frozenset({"same-origin", "none"})


def app_origin(url: str | None) -> str | None:
    """The origin of the installed app's address; None without one that a browser would open."""
    parts = urlsplit(url or "")
    host = parts.netloc.lower()
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        return None
    return f"{parts.scheme}://{host}"


def refuse_other_sites() -> None:
    """Let no page of another site write here in somebody's name, the installed app's included."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    if request.method == "POST" and site not in _OWN_PAGES:
        abort(HTTPStatus.FORBIDDEN, "This form was sent from another site.")


def protect(response: Response) -> Response:
    """What customers write runs nothing and loads nothing; only the app is framed."""
    origin = app_origin(sandbox().installation.url)
    app = f" {origin}" if origin else ""
    policy = _POLICY.format(app=app, frame=origin or "'none'")
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    # The app's sign-in POST carries an Origin; with "no-referrer" browsers would send "null".
    response.headers["Referrer-Policy"] = "strict-origin"
    if request.endpoint != "workspace.static":
        # A page from a cache would open the app with a token that has run out.
        response.headers["Cache-Control"] = "no-store"
    return response


def sanitised(markup: str) -> Markup:
    """A comment's HTML without scripts, styles, images and handlers. Links open a new tab."""
    clean = nh3.clean(
        markup, tags=_ALLOWED_TAGS, set_tag_attribute_values={"a": {"target": "_blank"}}
    )
    return Markup(clean)  # noqa: S704 - nh3 has cleaned it
