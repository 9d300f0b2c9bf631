"""A clean helpdesk account, a merchant with an account of ours for it, and the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import OAuthClient, SandboxConfig, Seat, create_app
from connectors.sandbox.zendesk.wiring import Sandbox, sandbox_of
from plugin.store.columns import Keyring
from tests.bench.databases import KEY
from tests.cli.support import Ran, Shell, settings_of

BOT, AGENT, TOKEN = "bot@larkspur.example", "ana@larkspur.example", "an-api-token"
CLIENT_SECRET = "a-client-secret"
_SECONDS = 10
_LISTS = {
    "webhooks": "webhooks",
    "triggers": "triggers",
    "views": "views",
    "macros": "macros",
    "ticket_fields": "ticket_fields",
    "apps/owned": "apps",
    "apps/installations": "installations",
}
Json = dict[str, Any]


@dataclass(frozen=True)
class Desk:
    """What an admin has before them."""

    url: str
    box: Sandbox
    shell: Shell
    merchant: str
    account: str

    def __call__(self, *words: str) -> Ran:
        """A command about this account."""
        return self.shell(*words, "--merchant", self.merchant)

    def install(self, *words: str) -> Ran:
        return self("install", "zendesk", "--yes", *words)

    def uninstall(self, *words: str) -> Ran:
        return self("uninstall", "zendesk", "--yes", *words)

    def doctor(self, *words: str) -> Ran:
        return self("doctor", "zendesk", *words)

    def checks(self) -> dict[str, Json]:
        """What the doctor finds, by check."""
        return {check["check"]: check for check in self.doctor("--json").json["checks"]}

    @property
    def webhook_url(self) -> str:
        return f"https://support.example/webhooks/zendesk/{self.account}"

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """A call by the helpdesk's admin."""
        answer = requests.request(
            method,
            f"{self.url}{path}",
            json=body,
            auth=(f"{BOT}/token", TOKEN),
            timeout=_SECONDS,
        )
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def all(self, path: str) -> list[Json]:
        """All of a kind."""
        found: list[Json] = self.api("GET", f"/api/v2/{path}")[_LISTS[path]]
        return found

    def one(self, path: str, title: str) -> Json:
        """The only one of that title or name."""
        found = [one for one in self.all(path) if title in (one.get("title"), one.get("name"))]
        assert len(found) == 1, found
        return found[0]

    def state(self) -> dict[str, list[Json]]:
        """Everything an admin can see, but for when it was changed."""
        times = {"updated_at", "created_at"}
        return {
            path: [{key: value for key, value in one.items() if key not in times} for one in found]
            for path in _LISTS
            for found in (self.all(path),)
        }

    def fault(self, kind: int | str, method: str, path: str, **more: Any) -> None:
        """The next such call goes wrong."""
        match = {"method": method, "path": path}
        self.api("POST", "/sandbox/faults", {"fault": kind, "calls": 1, "match": match, **more})

    def writes(self) -> int:
        """How many writes the helpdesk's API ever did."""
        return int(self.api("GET", "/sandbox/log")["write_count"])


@contextmanager
def opened(database_url: str, folder: Path, *, oauth: bool = False) -> Iterator[Desk]:
    Keyring.use((KEY,))
    config = SandboxConfig(
        agents=(Seat("AI drafts", BOT, "admin"), Seat("Ana", AGENT)),
        api_users={BOT: TOKEN, AGENT: TOKEN},
        oauth_clients={"bookbag": OAuthClient(CLIENT_SECRET, BOT)},
    )
    app = create_app(config)
    settings = {**settings_of(database_url, folder), "BOOKBAG_ALLOW_PRIVATE_ADDRESSES": "yes"}
    shell = Shell(settings, folder)
    with SandboxServer(app) as server:
        merchant = shell.merchant()
        access = ("--api-user", BOT, "--api-token-file", shell.file("token.txt", TOKEN))
        if oauth:
            secret = shell.file("client.txt", CLIENT_SECRET)
            access = ("--client-id", "bookbag", "--client-secret-file", secret)
        made = shell(
            *("account", "add", "--merchant", merchant, "--helpdesk", "zendesk"),
            *("--url", server.url, "--vendor-account", str(config.account_id)),
            *("--webhook-secret-file", shell.file("secret.txt", "by hand"), *access, "--json"),
        )
        yield Desk(server.url, sandbox_of(app), shell, merchant, str(made.json["id"]))
