"""A person lets us into a helpdesk, and the tokens of that are kept in memory."""

import threading
from urllib.parse import parse_qs, urlsplit

import requests

from connectors.connecting import Client
from connectors.grants import Renew, Tokens
from connectors.registry import connecting

PUBLIC_CLIENT = "bookbag-public"
BACK = "https://bookbag.example/connect/zendesk/callback"
# The example of RFC 7636, appendix B.
_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
_PROOF = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


class Kept:
    """The tokens of one consent; of all threads one renews."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._lock = threading.Lock()

    def token(self, renew: Renew, *, seconds: float) -> str:
        """The newest, good or not."""
        del renew, seconds
        with self._lock:
            return self._tokens.access

    def another(self, refused: str, renew: Renew, *, seconds: float) -> str:
        """A newer one than the one that was refused."""
        del seconds
        with self._lock:
            if self._tokens.access == refused:
                self._tokens = renew(self._tokens.refresh)
            return self._tokens.access


def consented_in_zendesk(url: str) -> Kept:
    """The seat that Bookbag writes as says yes on the sandbox's page."""
    by, client = connecting("zendesk", allow_private=True), Client(PUBLIC_CLIENT, "")
    page = by.consent_page(url, client, back=BACK, state="s", proof=_PROOF)
    fields = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
    answer = requests.post(
        f"{url}/oauth/authorizations",
        data={**fields, "decision": "allow"},
        allow_redirects=False,
        timeout=5,
    )
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    return Kept(by.exchange(url, client, back=BACK, code=code, verifier=_VERIFIER))
