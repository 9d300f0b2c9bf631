"""Settings, database, keys, and what was stored, by command."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from plugin.models import InboxState, Outcome
from plugin.store import corrections, drafts, inbox
from plugin.store.engine import Database
from plugin.store.schema import CorrectionRow, InboxEvent
from plugin.store.scope import Scope
from tests.bench.databases import KEY, KINDS, Databases
from tests.cli.support import POLICY, Shell, run, settings_of
from tests.store.support import AT, draft_row


def test_all_that_is_wrong_with_the_settings_is_told_at_once() -> None:
    wrong = run(
        *("merchant", "add", "--name", "x"),
        env={"BOOKBAG_DATABASE_URL": "mysql://x", "BOOKBAG_BIND": "here"},
    )
    assert (wrong.code, wrong.out) == (2, "")
    for name in ("BOOKBAG_SECRET_KEYS", "BOOKBAG_DATABASE_URL", "BOOKBAG_BIND"):
        assert f"{name}: " in wrong.line


@pytest.mark.parametrize(
    "words",
    [
        ("serve",),
        ("worker",),
        ("keys", "rotate"),
        ("events", "list", "--merchant", "1"),
        ("merchant", "add", "--name", "x"),
    ],
    ids=" ".join,
)
def test_without_a_key_nothing_that_needs_one_begins(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    wrong = run(*words, env={"BOOKBAG_DATA": str(tmp_path)})
    assert wrong.code == 2
    assert wrong.line.startswith("bookbag: BOOKBAG_SECRET_KEYS: set a key")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["postgresql://u:hush@127.0.0.1:x/b", "postgresql://u:hush@h:99 99/b", "u:hush@h/b"]
)
def test_an_address_that_is_none_is_refused_without_its_password(
    new_shell: Shell, url: str
) -> None:
    wrong = new_shell.having(BOOKBAG_DATABASE_URL=url)("merchant", "add", "--name", "x")
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.line.startswith("bookbag: BOOKBAG_DATABASE_URL: ")
    assert "hush" not in wrong.err


def test_a_database_that_does_not_answer_is_3(new_shell: Shell) -> None:
    no_database = new_shell.file("plain.txt", "not a database, but long enough to be read as one")
    for url in (
        "postgresql://nobody@127.0.0.1:1/gone",
        f"sqlite:///{no_database}",
        "sqlite:////proc/nowhere/bookbag.db",
    ):
        away = new_shell.having(BOOKBAG_DATABASE_URL=url)("merchant", "add", "--name", "x")
        assert (away.code, away.out) == (3, "")
        assert away.line.startswith("bookbag: ")


def test_secrets_may_come_from_files(shell: Shell) -> None:
    env = {
        "BOOKBAG_DATA": str(shell.folder),
        "BOOKBAG_SECRET_KEYS_FILE": shell.file("keys", KEY),
        "BOOKBAG_DATABASE_URL_FILE": shell.file("url", shell.env["BOOKBAG_DATABASE_URL"]),
    }
    assert Shell(env, shell.folder)("merchant", "add", "--name", "x").code == 0
    both = shell.having(BOOKBAG_SECRET_KEYS_FILE=shell.file("keys", KEY))
    assert "not both" in both("merchant", "add", "--name", "x").line


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_is_upgraded_by_command_and_again(
    kind: str, all_databases: Databases, tmp_path: Path
) -> None:
    new = Shell(settings_of(all_databases.empty(kind), tmp_path), tmp_path)
    refused = new("merchant", "add", "--name", "x")
    assert (refused.code, refused.out) == (2, "")
    assert refused.line.endswith(": run `bookbag db upgrade`")
    for _ in range(2):
        upgraded = run("db", "upgrade", env={**new.env, "BOOKBAG_SECRET_KEYS": ""})
        assert (upgraded.code, upgraded.out) == (0, "the database is at this release\n")
    assert new("merchant", "add", "--name", "x").code == 0


def test_keys_are_made_and_rotated_and_the_old_one_can_go(shell: Shell) -> None:
    merchant = shell.merchant()
    shell.account(merchant)
    new = run("keys", "new").out.strip()
    Fernet(new)
    rotated = shell.having(BOOKBAG_SECRET_KEYS=f"{new},{KEY}")("keys", "rotate")
    assert rotated.out == "3 secrets are encrypted with the newest key\n"
    assert shell.having(BOOKBAG_SECRET_KEYS=new)("keys", "rotate").code == 0
    wrong = shell("keys", "rotate")
    assert wrong.code == 2
    assert wrong.line.startswith("bookbag: BOOKBAG_SECRET_KEYS: no key in use opens")
    assert "Fernet keys" in shell.having(BOOKBAG_SECRET_KEYS="short")("keys", "rotate").line


@pytest.mark.parametrize(
    ("source", "code", "levels"),
    [
        (POLICY, 0, []),
        (POLICY.replace("amount_over", "amount_ovr"), 1, ["error"]),
        (POLICY.replace("50.00", "fifty").replace("USD", "dollars"), 1, ["error", "error"]),
    ],
)
def test_a_policy_file_is_checked(
    new_shell: Shell, source: str, code: int, levels: list[str]
) -> None:
    path = new_shell.file("policies.yaml", source)
    checked = run("policy", "check", path, "--json")
    assert checked.code == code
    assert [problem["level"] for problem in checked.json] == levels
    for problem in checked.json:
        assert set(problem) == {"line", "field", "message", "level"}
        assert problem["line"] > 0
    plain = run("policy", "check", path)
    assert plain.code == code
    assert len(plain.out.splitlines()) == max(1, len(levels))
    assert plain.out.startswith(path)


def test_a_policy_file_is_checked_for_a_merchant(shell: Shell) -> None:
    path = shell.file("policies.yaml", POLICY.replace("action: refund,", "intent: refnd,"))
    merchant = shell.merchant()
    told = shell("policy", "check", path, "--merchant", merchant, "--json")
    assert told.code == 0
    assert ["not judged" in problem["message"] for problem in told.json] == [True]
    assert shell("policy", "check", path, "--json").json == []
    assert shell("policy", "check", path, "--merchant", "nobody").code == 2


def test_a_policy_file_that_cannot_be_read_is_2(new_shell: Shell) -> None:
    (new_shell.folder / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("gone", "binary"):
        unreadable = run("policy", "check", str(new_shell.folder / name), "--json")
        assert (unreadable.code, unreadable.out) == (2, "")
        assert unreadable.line.startswith(f"bookbag: {name}: cannot be read")


def a_day(shell: Shell, merchant: str, account_id: str) -> None:
    """One webhook of each state, and one correction."""
    scope = Scope(merchant)
    database = Database(shell.env["BOOKBAG_DATABASE_URL"])
    with database.write() as session:
        for number, state in enumerate(InboxState):
            inbox.accept(
                session,
                scope,
                InboxEvent(
                    account_id=account_id,
                    event_id=f"e{number}",
                    kind="message_added",
                    vendor_type="zen:event-type:ticket.comment_added",
                    ticket_id="7",
                    message_id="8",
                    body=BODY,
                    received_at=AT + timedelta(seconds=number),
                    due_at=AT,
                    attempts=0,
                    state=state,
                    reason="why" if state is InboxState.FAILED else None,
                ),
            )
        draft = draft_row(account_id)
        drafts.add(session, scope, draft)
        corrections.add(
            session,
            scope,
            CorrectionRow(
                draft_id=draft.id,
                account_id=account_id,
                ticket_id="7",
                message_id="9",
                author="person:1",
                draft_text="Hello.",
                final_text="Hi.",
                outcome=Outcome.REWRITTEN,
                material=True,
                hter=0.5,
                similarity=0.5,
                ops=[],
                created_at=AT,
            ),
        )
    database.close()


BODY = (
    b'{"id":"e3","time":"2026-06-09T08:36:44Z","type":"zen:event-type:ticket.comment_added",'
    b'"detail":{"id":"7"},"event":{"comment":{"id":"8"}}}'
)


def test_webhooks_are_listed_the_newest_first_and_a_failed_one_is_replayed(shell: Shell) -> None:
    merchant = shell.merchant()
    a_day(shell, merchant, shell.account(merchant).json["id"])
    listing = ("events", "list", "--merchant", merchant)
    records = shell(*listing, "--json").records
    assert [record["state"] for record in records] == ["failed", "ignored", "done", "accepted"]
    fields = {"id", "received_at", "type", "ticket", "state", "attempts", "next_try", "reason"}
    for record in records:
        assert set(record) == fields
    assert len(shell(*listing, "--limit", "2").out.splitlines()) == 2
    (failed,) = shell(*listing, "--state", "failed", "--json").records
    assert failed["reason"] == "why"
    replayed = shell("events", "replay", failed["id"], "--merchant", merchant)
    assert (replayed.code, replayed.out) == (0, "taken up again\n")
    assert shell(*listing, "--state", "failed", "--json").records == []
    again = shell("events", "replay", failed["id"], "--merchant", merchant)
    assert again.code == 2
    assert "is accepted; only failed or ignored ones replay" in again.line
    nowhere = shell("events", "replay", "nothing", "--merchant", merchant)
    assert (nowhere.code, nowhere.line) == (2, "bookbag: There is no event nothing.")


def test_corrections_are_listed_without_words(shell: Shell) -> None:
    merchant = shell.merchant()
    a_day(shell, merchant, shell.account(merchant).json["id"])
    listing = ("corrections", "list", "--merchant", merchant)
    (record,) = shell(*listing, "--json").records
    assert set(record) == {
        *("id", "at", "ticket", "draft"),
        *("outcome", "material", "hter", "similarity"),
    }
    assert (record["outcome"], record["material"], record["hter"]) == ("rewritten", True, 0.5)
    assert record["at"] == AT.isoformat()
    assert len(shell(*listing).out.splitlines()) == 1
    assert shell("corrections", "list", "--merchant", shell.merchant("Other")).out == ""
