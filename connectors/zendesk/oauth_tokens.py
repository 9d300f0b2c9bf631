"""What ``/oauth/tokens`` answers.

https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
"""

import requests

from connectors import consent
from connectors.grants import Tokens

SCOPE = "read write"
# Zendesk's own default for new clients; used where the answer names no life.
_DEFAULT_LIFE = 1_800.0
_ENDLESS = 10 * 365 * 86_400.0


def read_tokens(answer: requests.Response) -> Tokens:
    """The tokens in an answer.

    Raises:
        UnavailableError: It is not understood.
    """
    return consent.read_tokens(answer, vendor="Zendesk", usual_life=_DEFAULT_LIFE)


def read_consented(answer: requests.Response) -> Tokens:
    """The same, of a person's consent.

    A token that comes with neither a life nor a refresh token is of the old kind that has no end;
    those stop working in 2027.
    """
    return consent.read_tokens(
        answer, vendor="Zendesk", usual_life=_DEFAULT_LIFE, alone_life=_ENDLESS
    )
