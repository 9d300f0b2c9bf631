"""An account connected by a person's consent, and a look at both ends of it."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from connectors.connecting import Client
from connectors.grants import Tokens
from connectors.zendesk.connecting import ZendeskConnecting
from connectors.zendesk.oauth_grant import Renewal
from plugin.connecting.consents import Answer
from plugin.connecting.kept_grant import KeptGrant
from plugin.store import grants
from plugin.store.engine import Database
from plugin.store.grants import Held, Pair
from tests.bench.world import Clock
from tests.store.support import Owner, owner

ADMIN, AGENT = "ai@larkspur.example", "ben@larkspur.example"
CLIENT = "bookbag"
BACK = "https://support.example/connect/zendesk/callback"
VERIFIER = "v" * 43
PROOF = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SECONDS = 15


def answered(address: str) -> Answer:
    """What the consent page leads back with."""
    told = parse_qs(urlsplit(address).query)
    state, code, error = (told.get(name, [""])[0] for name in ("state", "code", "error"))
    return Answer(state, code, error)


@dataclass(frozen=True)
class Desk:
    """A sandbox and its clock."""

    url: str
    clock: Clock

    def start_over(self) -> None:
        """No clock ahead, no fault armed, no token good."""
        self.clock.ahead = timedelta()
        requests.delete(f"{self.url}/sandbox/faults", timeout=SECONDS)
        self.revoke()

    def revoke(self) -> None:
        requests.delete(f"{self.url}/sandbox/oauth/tokens", timeout=SECONDS)

    def fault(self, kind: str, calls: object = 1, **more: object) -> None:
        """Something goes wrong with the next calls for tokens."""
        armed = requests.post(
            f"{self.url}/sandbox/faults",
            json={"fault": kind, "calls": calls, "match": {"path": "/oauth/tokens"}, **more},
            timeout=SECONDS,
        )
        armed.raise_for_status()

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = requests.get(f"{self.url}/sandbox/oauth", timeout=SECONDS).json()
        return found

    def client(self, **fields: object) -> None:
        body = {"client_id": CLIENT, "user": ADMIN, "redirect_uris": [BACK], **fields}
        made = requests.post(f"{self.url}/sandbox/oauth/clients", json=body, timeout=SECONDS)
        made.raise_for_status()

    def me(self, token: str) -> int:
        answer = requests.get(
            f"{self.url}/api/v2/users/me",
            headers={"Authorization": f"Bearer {token}"},
            timeout=SECONDS,
        )
        return answer.status_code

    def consent(self, page: str, agent: str = ADMIN, decision: str = "allow") -> str:
        """Somebody answers on the consent page. Returns where that leads to."""
        fields = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        answer = requests.post(
            f"{self.url}/oauth/authorizations",
            data={**fields, "agent": agent, "decision": decision},
            allow_redirects=False,
            timeout=SECONDS,
        )
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def tokens(self, agent: str = ADMIN) -> Tokens:
        """Consent and exchange, by the adapter."""
        connecting, client = ZendeskConnecting(allow_private=True), Client(CLIENT, "")
        page = connecting.consent_page(self.url, client, back=BACK, state="s", proof=PROOF)
        code = parse_qs(urlsplit(self.consent(page, agent)).query)["code"][0]
        return connecting.exchange(self.url, client, back=BACK, code=code, verifier=VERIFIER)


class Consented:
    """One account on one database."""

    def __init__(self, desk: Desk, database: Database, folder: Path) -> None:
        self.desk = desk
        self.database = database
        self.folder = folder
        self.of: Owner = owner(database)
        self.before = desk.counts()
        self.renewal = Renewal(desk.url, {"client_id": CLIENT, "by": "consent"}, allow_private=True)
        self.give()

    def give(self) -> None:
        """Somebody consents, and what comes of it is kept."""
        tokens, now = self.desk.tokens(), self.desk.clock()
        with self.database.write() as session:
            grants.give(
                session,
                self.of.scope,
                self.of.account_id,
                Pair(tokens.access, tokens.refresh),
                expires_at=now + timedelta(seconds=tokens.life),
                at=now,
            )

    def grant(self) -> KeptGrant:
        return KeptGrant(self.database, self.of.scope, self.of.account_id, self.desk.clock)

    def held(self) -> Held:
        with self.database.read() as session:
            found = grants.held(session, self.of.scope, self.of.account_id)
        assert found is not None
        return found

    def token(self, seconds: float = 20.0, renew: Any = None) -> str:
        return self.grant().token(renew or self.renewal, seconds=seconds)

    def counted(self, grant: str = "refresh_token") -> tuple[int, int]:
        """How often that was given and refused since the account was connected."""
        now = self.desk.counts()
        given, refused = (
            now.get(name, 0) - self.before.get(name, 0) for name in (grant, f"{grant} refused")
        )
        return given, refused
