"""The servers that are measured, each in a process of its own: ``python -m bench.servers KIND``."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet
from flask import Flask, request
from sqlalchemy import Column as column  # noqa: N813 (reads like the SQL it makes)
from sqlalchemy import LargeBinary, MetaData, String, Table, text
from waitress import serve as waitress_serve

from connectors.sandbox import zendesk
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.zendesk import SandboxConfig, Seat
from plugin import onboarding
from plugin.app import Service, upgrade_database
from plugin.config import Settings
from plugin.demo.world import data
from plugin.logs import log_to_stderr
from plugin.onboarding import NewAccount
from plugin.serving import Serving
from plugin.store.columns import new_id
from plugin.store.engine import Database

SECRET = "bench-secret"  # noqa: S105 (signs made-up events on loopback)
TOKEN = "bench-token"  # noqa: S105 (the same)
BOT = "bot@bench.example"
VENDOR_ACCOUNT = "2222096"
_THREADS = 8


def main(kind: str, folder: Path, port: int) -> None:
    """Serve until killed. One JSON line on stdout says that it is ready."""
    log_to_stderr(level="warning")
    if kind == "bare":
        _bare(folder, port)
    elif kind == "helpdesk":
        _helpdesk()
    else:
        _bookbag(folder, port, worker=kind == "serve")


def _bare(folder: Path, port: int) -> None:
    """A Flask route with one durable insert, on the same engine settings and server."""
    database = Database(f"sqlite:///{folder}/bare.db")
    table = Table(
        "event", MetaData(), column("id", String, primary_key=True), column("body", LargeBinary)
    )
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE event (id VARCHAR PRIMARY KEY, body BLOB)"))
    web = Flask(__name__)

    @web.post("/in")
    def accept() -> dict[str, str]:
        with database.write() as session:
            session.execute(table.insert().values(id=new_id(), body=request.get_data()))
        return {"state": "accepted"}

    _ready({"path": "/in"})
    waitress_serve(web, host="127.0.0.1", port=port, threads=_THREADS, _quiet=True)


def _bookbag(folder: Path, port: int, *, worker: bool) -> None:
    with prepared(folder, port) as (service, facts):
        serving = Serving(service, worker=worker)
        serving.start()
        _ready(facts)
        sys.stdin.read()


def _helpdesk() -> None:
    """The helpdesk is somebody else's machine: it shares no interpreter with the service."""
    seats = (Seat("Bot", BOT, "admin"), Seat("Ana", "ana@bench.example"))
    app = zendesk.create_app(SandboxConfig(agents=seats, api_users={BOT: TOKEN}))
    with SandboxServer(app) as running:
        _ready({"url": running.url})
        sys.stdin.read()


@contextmanager
def prepared(folder: Path, port: int) -> Iterator[tuple[Service, dict[str, str]]]:
    """A service on a fresh database with a merchant, an account and a helpdesk beside it."""
    command = [sys.executable, "-m", "bench.servers", "helpdesk", str(folder), "0"]
    with subprocess.Popen(  # noqa: S603 (our own module)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as helpdesk:
        if helpdesk.stdout is None:
            raise RuntimeError("the helpdesk's output is not read")
        yield _service(folder, port, json.loads(helpdesk.stdout.readline())["url"])
        helpdesk.kill()


def _service(folder: Path, port: int, helpdesk: str) -> tuple[Service, dict[str, str]]:
    settings = Settings(
        database_url=f"sqlite:///{folder}/bookbag.db",
        data=folder,
        secret_keys=(Fernet.generate_key().decode(),),
        public_url=f"http://127.0.0.1:{port}",
        host="127.0.0.1",
        port=port,
        allow_private_addresses=True,
    )
    upgrade_database(settings)
    service = Service(settings)
    merchant_id = onboarding.add_merchant(service.runtime, "Bench")
    account_id, _ = onboarding.add_account(
        service.runtime,
        merchant_id,
        NewAccount(
            helpdesk="zendesk",
            url=helpdesk,
            vendor_account=VENDOR_ACCOUNT,
            webhook_secret=SECRET,
            credentials={"api_user": BOT, "api_token": TOKEN},
        ),
    )
    onboarding.load_macro_file(service.runtime, merchant_id, data("macros.yaml"))
    return service, {
        "path": f"/webhooks/zendesk/{account_id}",
        "helpdesk": helpdesk,
        "merchant": merchant_id,
    }


def _ready(facts: dict[str, str]) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
