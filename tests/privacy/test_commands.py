"""The commands of privacy, as somebody gives them who answers a customer."""

import json
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from plugin.audit.verify import verify
from tests.bench.databases import KEY
from tests.bench.world import Bench
from tests.cli.support import Ran, run
from tests.privacy.customer import EMAIL, MARKER, traces

Command = Callable[..., Ran]


@pytest.fixture
def command(bench: Bench, tmp_path: Path) -> Command:
    """Commands on the bench's database."""
    env: Mapping[str, str] = {
        "BOOKBAG_DATABASE_URL": bench.runtime.database.url,
        "BOOKBAG_DATA": str(tmp_path),
        "BOOKBAG_SECRET_KEYS": KEY,
    }
    merchant = ("--merchant", bench.scope.merchant_id)
    return lambda *words, given="": run(*words, *merchant, env=env, given=given)


def test_a_customer_is_exported_and_erased(bench: Bench, command: Command, tmp_path: Path) -> None:
    bench.opened("refund_over_limit", text=f"I want a refund. {MARKER}")
    who, out = ("--email", EMAIL.upper()), tmp_path / "daniel.json"
    answer = command("customer", "export", *who, "--out", str(out), "--json")
    assert (answer.code, answer.json["drafts"]) == (0, "1")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    held = json.loads(out.read_text())
    (user,) = held["customer"]["helpdesk_users"]
    assert MARKER in held["held"]["bb_draft"][0]["message_text"]
    assert json.loads(command("customer", "export", *who).out)["held"] == held["held"]

    dry = command("customer", "erase", "--helpdesk-user", user, "--dry-run", "--json")
    assert (dry.code, dry.json["drafts"], dry.json["erased"]) == (0, "1", "nothing")
    assert command("customer", "erase", *who, given="n\n").code == 130
    assert traces(bench)
    assert command("customer", "erase", *who, given="y\n").code == 0
    assert traces(bench) == set()
    again = command("customer", "erase", *who, "--yes", "--json")
    assert again.json.keys() == {"tickets", "erased_before", "erased"}
    assert verify(bench.runtime.database, bench.scope).wrong is None


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("customer", "export"), "Give --email, or --helpdesk-user."),
        (("customer", "export", "--email", "daniel"), "expected an e-mail address"),
        (("customer", "erase", "--helpdesk-user", "7"), "expected ACCOUNT:ID"),
        (("customer", "erase", "--helpdesk-user", "nowhere:7"), "There is no account nowhere."),
        (("merchant", "set-retention", "texts", "-1"), "--"),
        (("merchant", "set-retention", "texts", "99999"), "expected 1 to 3650"),
        (("merchant", "set-retention", "names", "3"), "names"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.one_database("nothing is stored")
def test_wrong_use_is_said(command: Command, words: tuple[str, ...], why: str) -> None:
    answer = command(*words)
    assert answer.code == 2
    assert why in answer.err


def test_a_merchant_chooses(command: Command) -> None:
    assert command("merchant", "set-retention", "webhooks", "7").code == 0
    assert command("merchant", "set-learning", "off").code == 0
    shown = command("merchant", "show", "--json").json
    assert shown == {
        "learning": "off",
        "habits": "on",
        "days of webhooks": "7",
        "days of notes": "30",
        "days of texts": "730",
        "days of limits": "730",
    }
    refused = command("corrections", "export")
    assert (refused.code, refused.out) == (2, "")
    assert "not used for learning" in refused.err
    command("merchant", "set-learning", "on")
    assert command("corrections", "export").code == 0
