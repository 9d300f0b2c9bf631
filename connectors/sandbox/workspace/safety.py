"""What keeps the pages safe: what may run in them, who may post to them, which HTML is shown."""

from http import HTTPStatus

import nh3
from flask import Response, abort, request
from markupsafe import Markup

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'{app}; frame-src {frame}; base-uri 'none'; frame-ancestors 'none'"
)
# Images are left out: loading one tells its sender that the page was read. Landmarks are the
# page's own.
_ALLOWED_TAGS = nh3.ALLOWED_TAGS - set("img map area nav header footer aside article".split())
# Browsers send this header with every request; other programs need not.
_OWN_PAGES = frozenset({"same-origin", "none"})


def refuse_other_sites() -> None:
    """Let no page of another site write here in somebody's name, a framed app's included."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    if request.method == "POST" and site not in _OWN_PAGES:
        abort(HTTPStatus.FORBIDDEN, "This form was sent from another site.")


def protect(response: Response, *, framed: str | None = None) -> Response:
    """What customers write runs nothing and loads nothing; only `framed`, an origin, is framed."""
    app = f" {framed}" if framed else ""
    policy = _POLICY.format(app=app, frame=framed or "'none'")
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    # An app's sign-in POST carries an Origin; with "no-referrer" browsers would send "null".
    response.headers["Referrer-Policy"] = "strict-origin"
    if request.endpoint != "workspace.static":
        # A page from a cache would open an app with a token that has run out.
        response.headers["Cache-Control"] = "no-store"
    return response


def sanitised(markup: str) -> Markup:
    """HTML without scripts, styles, images and handlers. Links open a new tab."""
    clean = nh3.clean(
        markup, tags=_ALLOWED_TAGS, set_tag_attribute_values={"a": {"target": "_blank"}}
    )
    return Markup(clean)  # noqa: S704 - nh3 has cleaned it
