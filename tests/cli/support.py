"""Runs ``bookbag`` in this process as a shell would, with its own environment and streams."""

import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog
from click.testing import CliRunner

from plugin.cli import main
from tests.bench.databases import KEY

BOOKBAG = str(Path(sys.executable).with_name("bookbag"))
POLICY = """version: 1
currency: USD
policies:
  - id: big-refund
    when: {action: refund, amount_over: 50.00}
    require: approval
"""


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line on stderr."""
        (line,) = self.err.splitlines()
        return line

    @property
    def json(self) -> Any:
        """The one JSON value on stdout."""
        return json.loads(self.out)

    @property
    def records(self) -> list[Any]:
        """One JSON value a line on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]


def run(*words: str, given: bytes | str = b"", env: Mapping[str, str] | None = None) -> Ran:
    """Run a command; only the ``BOOKBAG_*`` variables in `env` are set."""
    root = logging.getLogger()
    handlers = list(root.handlers)
    runner = CliRunner()
    code = 0
    with runner.isolation(input=given, env={**NOTHING, **(env or {})}) as streams:
        try:
            with patch.object(sys, "argv", ["bookbag", *words]):
                main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        finally:
            structlog.reset_defaults()
            root.handlers[:] = handlers
        sys.stdout.flush()
        sys.stderr.flush()
        out, err = (stream.getvalue().decode() for stream in streams[:2])
    return Ran(code, out, err)


NOTHING: Mapping[str, str | None] = {
    f"BOOKBAG_{name}{suffix}": None
    for name in (
        "ALLOW_PRIVATE_ADDRESSES",
        "BIND",
        "DATA",
        "DATABASE_URL",
        "MAIL_FROM",
        "PUBLIC_URL",
        "SECRET_KEYS",
        "SMTP_PASSWORD",
        "SMTP_URL",
        "UNDO_SECONDS",
        "WORKER_THREADS",
    )
    for suffix in ("", "_FILE")
}


@dataclass(frozen=True)
class Shell:
    """A shell in which the service's settings are exported."""

    env: Mapping[str, str]
    folder: Path

    def __call__(self, *words: str, given: bytes | str = b"") -> Ran:
        return run(*words, given=given, env=self.env)

    def file(self, name: str, text: str) -> str:
        """A file with a text. Returns its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def having(self, **changes: str) -> "Shell":
        """The same with other settings."""
        return Shell({**self.env, **changes}, self.folder)

    def merchant(self, name: str = "Larkspur") -> str:
        """A new merchant's id."""
        return str(self("merchant", "add", "--name", name, "--json").json["id"])

    def account(self, merchant: str, **changes: str) -> Any:
        """A new account of a merchant, as told by the command."""
        words = {
            "helpdesk": "zendesk",
            "url": "https://larkspur.zendesk.com/",
            "vendor-account": "2222096",
            "webhook-secret-file": self.file("secret.txt", "the webhook secret\n"),
            "api-user": "bot@larkspur.example",
            "api-token-file": self.file("token.txt", "the api token\n"),
        }
        options = [
            word for name, value in (words | changes).items() for word in (f"--{name}", value)
        ]
        return self("account", "add", "--merchant", merchant, *options, "--json")


def settings_of(url: str, folder: Path) -> Mapping[str, str]:
    return {
        "BOOKBAG_DATABASE_URL": url,
        "BOOKBAG_DATA": str(folder),
        "BOOKBAG_SECRET_KEYS": KEY,
        "BOOKBAG_PUBLIC_URL": "https://support.example",
    }
