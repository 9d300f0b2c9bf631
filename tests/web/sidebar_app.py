"""The helpdesk's half of the sidebar: signs its openings, and an agent who has it open."""

import json
from datetime import datetime
from functools import cache
from typing import Any
from uuid import uuid4

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from selectolax.lexbor import LexborHTMLParser

from plugin.store import merchants
from plugin.store.scope import Scope
from tests.bench.world import Bench

HOST = "larkspur.zendesk.com"
AUDIENCE = f"https://{HOST}/api/v2/apps/installations/42.json"
SECONDS = 15


@cache
def key(name: str = "ours") -> rsa.RSAPrivateKey:
    """One key a name."""
    del name
    return rsa.generate_private_key(65537, 2048)


def public(name: str = "ours") -> str:
    """What the account is registered with."""
    pem = key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def claims(user: str, now: datetime, **changes: Any) -> dict[str, Any]:
    """As Zendesk makes them; a change to None leaves the claim out."""
    at = int(now.timestamp())
    made = {
        "iss": HOST,
        "aud": AUDIENCE,
        "sub": f"https://{HOST}/api/v2/users/{user}.json",
        "iat": at,
        "nbf": at,
        "exp": at + 60,
        "jti": str(uuid4()),
        "context": {"product": "support", "location": "ticket_sidebar"},
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


def signed(made: dict[str, Any], *, by: str = "ours", algorithm: str = "RS256") -> str:
    """A token with these claims, whatever they are."""
    return jwt.PyJWS().encode(json.dumps(made).encode(), key(by), algorithm=algorithm)


def install(bench: Bench, account_id: str = "", *, merchant_id: str = "", by: str = "ours") -> None:
    """Register the app's key with an account whose helpdesk is the bench's."""
    scope = Scope(merchant_id or bench.scope.merchant_id)
    with bench.runtime.database.write() as session:
        account = merchants.account(session, scope, account_id or bench.account_id)
        account.app_key, account.app_audience = public(by), AUDIENCE
        account.url = bench.hands.url


class Sidebar:
    """An agent's sidebar, without a browser."""

    def __init__(self, bench: Bench, email: str, *, account_id: str = "") -> None:
        self._bench = bench
        self.account_id = account_id or bench.account_id
        self.token = signed(claims(bench.hands.users()[email], bench.clock()))
        self.page = self.open(self.token)
        main = LexborHTMLParser(self.page.text).css("#sidebar")
        self.session = (main[0].attributes.get("data-session") or "") if main else ""

    def open(self, token: str) -> requests.Response:
        """Post a token as the helpdesk's page does."""
        return requests.post(
            f"{self._bench.url}/zendesk/{self.account_id}/sidebar?origin=https%3A%2F%2Fevil.example",
            data={"token": token},
            timeout=SECONDS,
        )

    def draft(self, ticket_id: str, **headers: str) -> requests.Response:
        """What it shows of a ticket."""
        return requests.get(
            self._url(f"tickets/{ticket_id}/draft"),
            headers={**self.proof, **headers},
            timeout=SECONDS,
        )

    def act(self, draft_id: str, what: str, **fields: object) -> requests.Response:
        """Press a button: verdict, insert or release."""
        return requests.post(
            self._url(f"drafts/{draft_id}/{what}"),
            data=fields,
            headers={**self.proof, "Accept": "application/json"},
            timeout=SECONDS,
        )

    def beside(self, draft_id: str, what: str) -> requests.Response:
        """A piece that it fetches once the draft is shown."""
        return requests.get(
            self._url(f"drafts/{draft_id}/{what}"), headers=self.proof, timeout=SECONDS
        )

    def seen(self, ticket_id: str) -> dict[str, object]:
        """What its forms carry of the ticket's newest draft."""
        draft = self._bench.draft(ticket_id)
        return {"rev": draft.rev, "state": draft.state.value}

    def save(
        self, ticket_id: str, text: str = "Hello", *, public: bool = True
    ) -> requests.Response:
        """Ask whether the agent's comment may go out."""
        return self.ask_to_save(ticket_id, {"public": public, "text": text})

    def ask_to_save(self, ticket_id: str, question: object) -> requests.Response:
        """The same with any body."""
        return requests.post(
            self._url(f"tickets/{ticket_id}/save"),
            json=question,
            headers={**self.proof, "Accept": "application/json"},
            timeout=SECONDS,
        )

    @property
    def proof(self) -> dict[str, str]:
        """What its script sends with everything."""
        return {"Authorization": f"Bearer {self.session}"}

    def _url(self, rest: str) -> str:
        return f"{self._bench.url}/zendesk/{self.account_id}/{rest}"
