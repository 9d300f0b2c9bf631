"""The headers that every answer carries."""

from http import HTTPStatus

from flask import Response

_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


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
    return response
