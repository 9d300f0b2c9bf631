"""The headers that every answer carries."""

from http import HTTPStatus

from flask import Response

from plugin.web.state import runtime

_NO_USE_OF = "camera microphone geolocation payment usb serial display-capture midi hid"
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _NO_USE_OF.split()),
    # No window of another site has a handle on ours. In the helpdesk's frame it has no effect.
    "Cross-Origin-Opener-Policy": "same-origin",
    # No other site's page draws in what we answer; a frame loads a document, which this is not for.
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A year. Not for the domain's other hosts, which are not ours to speak for.
_BY_TLS_ALONE = "max-age=31536000"


def content_policy(*, framed_by: str = "'none'", scripts: str = "") -> str:
    """What a page may load, and who may frame it: nobody, but for the sidebar's helpdesk.

    Args:
        framed_by: An origin.
        scripts: A further address scripts may come from.
    """
    own = f"'self' {scripts}".rstrip()
    return (
        f"default-src 'none'; style-src 'self'; script-src {own}; "
        "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {framed_by}"
    )


def add_headers(response: Response) -> Response:
    """Add what the answer does not say itself."""
    response.headers.setdefault("Content-Security-Policy", content_policy())
    for name, value in _EVERYWHERE.items():
        if name == "Cache-Control" and response.status_code == HTTPStatus.NOT_MODIFIED:
            continue
        response.headers.setdefault(name, value)
    if runtime().settings.is_https:
        response.headers.setdefault("Strict-Transport-Security", _BY_TLS_ALONE)
    return response
