"""``bookbag policy replay``: exit codes, words, JSON, and a bar where a person looks."""

import os
import pty
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from plugin.app import Service
from tests.bench.databases import settings_for
from tests.cli.support import BOOKBAG, POLICY, Shell
from tests.flow.past import Past, refund, reply

EVERYTHING = "version: 1\npolicies: [{id: all, require: approval}]"


@pytest.fixture
def merchant(shell: Shell) -> str:
    found = shell.merchant()
    shell("policy", "activate", shell.file("in-force.yaml", POLICY), "--merchant", found)
    return found


@pytest.fixture
def past(shell: Shell) -> Iterator[Past]:
    """A merchant with drafts of yesterday."""
    service = Service(settings_for(shell.env["BOOKBAG_DATABASE_URL"], shell.folder))
    past = Past(service.runtime, POLICY)
    past.at = datetime.now(UTC) - timedelta(days=1)
    past.comes(reply(refund("20.50")))
    yield past
    service.close()


def test_nothing_stored_is_told_as_nothing(shell: Shell, merchant: str) -> None:
    file = shell.file("policies.yaml", POLICY)
    told = shell("policy", "replay", file, "--merchant", merchant)
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines()[0].startswith("0 drafts since ")
    assert "  big-refund: none" in told.out.splitlines()


def test_json_is_one_object_without_a_bar(shell: Shell, merchant: str) -> None:
    file = shell.file("policies.yaml", POLICY)
    told = shell("policy", "replay", file, "--merchant", merchant, "--since", "12h", "--json")
    assert (told.code, told.err) == (0, "")
    assert told.json["drafts"] == told.json["held_more"] == told.json["unknown"] == 0
    assert told.json["newly_held"] == {"amount": "0.00", "without_rate": {}, "unknown": 0}
    assert told.json["never_fired"] == ["big-refund"]


@pytest.mark.parametrize("since", ["yesterday", "0d", "400d", "-3d"])
def test_a_period_is_written_as_in_policy_files(shell: Shell, merchant: str, since: str) -> None:
    file = shell.file("policies.yaml", POLICY)
    wrong = shell("policy", "replay", file, "--merchant", merchant, f"--since={since}")
    assert (wrong.code, wrong.out) == (2, "")
    assert "expected a duration such as 90s, 30m, 4h or 30d" in wrong.err


def test_a_bad_file_or_merchant_is_2_with_one_line(shell: Shell, merchant: str) -> None:
    good, bad = shell.file("good.yaml", POLICY), shell.file("bad.yaml", "version: 2")
    for words in ((bad, "--merchant", merchant), (good, "--merchant", "nobody"), ("no.yaml",)):
        wrong = shell("policy", "replay", *words)
        assert (wrong.code, wrong.out) == (2, "")
        assert "Traceback" not in wrong.err
    assert shell("policy", "replay", good, "--merchant", "nobody").line.startswith("bookbag: ")


def test_what_was_found_is_told_in_words(shell: Shell, past: Past) -> None:
    file = shell.file("policies.yaml", "version: 1\ncurrency: USD" + EVERYTHING[10:])
    told = shell("policy", "replay", file, "--merchant", past.scope.merchant_id)
    assert (told.code, told.err) == (0, "")
    words = told.out.splitlines()
    assert words[0].startswith("1 draft since ")
    assert words[1:6] == [
        "the same: 0",
        "held more: 1",
        "  review -> approval: 1",
        "held less: 0",
        "money newly held: 20.50 USD",
    ]
    assert words[-1] == "  all: 1"
    hour = shell("policy", "replay", file, "--merchant", past.scope.merchant_id, "--since", "1h")
    assert hour.out.startswith("0 drafts since ")


def test_a_bar_is_shown_on_a_terminal_and_not_beside_json(shell: Shell, past: Past) -> None:
    file = shell.file("policies.yaml", EVERYTHING)
    command = [BOOKBAG, "policy", "replay", file, "--merchant", past.scope.merchant_id]
    assert "drafts" in on_a_terminal(shell, command)
    assert on_a_terminal(shell, [*command, "--json"]) == ""


def on_a_terminal(shell: Shell, command: list[str]) -> str:
    """What a person sees on stderr."""
    ours, theirs = pty.openpty()
    env = {**os.environ, **shell.env, "TERM": "xterm"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=env) as process:
        os.close(theirs)
        seen = b""
        with suppress(OSError), open(ours, "rb", buffering=0) as terminal:  # noqa: PTH123 (a number)
            while part := terminal.read(1024):
                seen += part
    assert process.returncode == 0
    return seen.decode()
