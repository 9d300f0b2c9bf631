"""What ``/oauth/tokens`` answers.

https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
"""

import requests

from connectors.errors import UnavailableError
from connectors.grants import Tokens
from connectors.zendesk.reading import Fields, WrongShapeError

SCOPE = "read write"
# Zendesk's own default for new clients; used where the answer names no life.
_DEFAULT_LIFE = 1_800.0
_ENDLESS = 10 * 365 * 86_400.0


def read_tokens(answer: requests.Response, *, by_consent: bool = False) -> Tokens:
    """The tokens in an answer.

    Args:
        answer: Of ``/oauth/tokens``.
        by_consent: A consent's token that comes with neither a life nor a refresh token is of the
            old kind that has no end; those stop working in 2027.

    Raises:
        UnavailableError: It is not understood.
    """
    try:
        fields = Fields(answer.json())
        access = fields.text("access_token")
        refresh = fields.optional_text("refresh_token") or ""
        scope = fields.optional_text("scope") or ""
    except (ValueError, RecursionError) as bad:
        why = str(bad) if isinstance(bad, WrongShapeError) else "not JSON"
        raise UnavailableError(f"Zendesk's token answer: {why}") from None
    if not access or not all(_is_plain(token) for token in (access, refresh)):
        raise UnavailableError("Zendesk's token answer: a token is not printable ASCII")
    life = fields.raw().get("expires_in")
    if isinstance(life, bool) or not isinstance(life, int) or life <= 0:
        life = _ENDLESS if by_consent and not refresh else _DEFAULT_LIFE
    return Tokens(access, refresh, float(life), scope)


def _is_plain(token: str) -> bool:
    return token.isascii() and (token.isprintable() or not token)
