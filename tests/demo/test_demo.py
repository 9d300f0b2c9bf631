"""`bookbag demo --once`: plays the week, and says MISSING where a stage is not true."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from shlex import quote

import pytest
from sqlalchemy import text

from plugin.demo.looking import Looking
from plugin.demo.play import open_tickets, play_week
from plugin.demo.run import report
from plugin.demo.stages import STAGES
from plugin.demo.world import Options, World
from plugin.models import DraftState
from tests.audit.unguarded import UNGUARDED
from tests.bench.databases import KINDS, Databases

BOOKBAG = str(Path(sys.executable).with_name("bookbag"))


class Played:
    """A demo that has been played, still running."""

    def __init__(self, world: World) -> None:
        self.looking = Looking(world)
        self.tickets = open_tickets(world, self.looking)
        play_week(world, self.looking, self.tickets)
        self.hands = world.hands
        self._database = world.runtime.database
        # Whatever a test breaks must be breakable, the audit too.
        with self._database.write() as session:
            for statement in UNGUARDED["sqlite" if self._database.is_sqlite else "postgresql"]:
                session.execute(text(statement))

    def said(self, *names: str) -> tuple[int, dict[str, str]]:
        """What the demo says of these stages, or of all, and its exit code."""
        asked = [stage for stage in STAGES if not names or stage.name in names]
        lines: list[str] = []
        code = report(self.looking, self.tickets, lines.append, asked)
        stages = dict(line.split(": ", 1) for line in lines[:-1])
        assert lines[-1].endswith(f"of {len(asked)} stages")
        return code, stages

    @contextmanager
    def row_changed(self, table: str, column: str, value: object, where: str) -> Iterator[None]:
        """Change rows, and change them back."""
        with self._database.write() as session:
            rows = session.execute(text(f"SELECT id, {column} FROM {table} WHERE {where}")).all()
            assert rows, "the test breaks nothing"
            session.execute(text(f"UPDATE {table} SET {column} = :v WHERE {where}"), {"v": value})
        yield
        with self._database.write() as session:
            for row in rows:
                sql = text(f"UPDATE {table} SET {column} = :v WHERE id = :id")
                session.execute(sql, {"v": row[1], "id": row[0]})

    @contextmanager
    def tag_gone(self, key: str, tag: str) -> Iterator[None]:
        """Take a tag off, and put it back. Nobody is told of it, who would put it right."""
        path = f"/sandbox/tickets/{self.tickets[key]}/tags"
        with self.webhooks_lost():
            self.hands._post(path, {"remove": [tag]})
            yield
            self.hands._post(path, {"add": [tag]})

    @contextmanager
    def webhooks_lost(self) -> Iterator[None]:
        """What happens inside is not told."""
        self.hands._post("/sandbox/webhook-faults", {"fault": "lost"})
        yield
        self.hands._do("DELETE", "/sandbox/webhook-faults")

    @contextmanager
    def said_twice(self, key: str) -> Iterator[None]:
        """The same public reply a second time."""
        draft = self.looking.drafts(self.tickets[key])[-1].draft
        words = draft.final_text or ""
        self.hands.agent_writes(
            self.tickets[key], "ana@larkspur-outfitters.example", words, public=True
        )
        yield

    @contextmanager
    def tag_added(self, key: str, tag: str) -> Iterator[None]:
        """Put a tag on in the helpdesk, and take it off again. Nobody is told."""
        path = f"/sandbox/tickets/{self.tickets[key]}/tags"
        with self.webhooks_lost():
            self.hands._post(path, {"add": [tag]})
            yield
            self.hands._post(path, {"remove": [tag]})

    def move_gone(self, key: str, to: DraftState) -> AbstractContextManager[None]:
        """Take a draft's move to a state out of the audit trail, and put it back."""
        moves = self.looking.moves(self.draft_of(key))
        move = next(row for row in moves if row.detail["to"] == to)
        return self.row_changed("bb_audit", "event", "gone", f"id = '{move.id}'")

    def draft_of(self, key: str, number: int = -1) -> str:
        return self.looking.drafts(self.tickets[key])[number].draft.id


@pytest.fixture(scope="module", params=KINDS)
def played(
    request: pytest.FixtureRequest,
    all_databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Played]:
    url = None if request.param == "sqlite" else all_databases.empty(request.param)
    options = Options(data=tmp_path_factory.mktemp("demo"), port=0, database_url=url)
    with World(options) as world:
        yield Played(world)


def test_every_stage_is_found(played: Played) -> None:
    code, stages = played.said()
    assert [name for name, row in stages.items() if not row.startswith("ok ")] == []
    assert code == 0


def test_the_commands_mean_the_demo(played: Played) -> None:
    """As an admin would: the shell reads the file that the demo names, then asks the doctor."""
    line = f'. {quote(str(played.looking.world.commands))} && "$0" doctor zendesk --json'
    line += ' --merchant "$MERCHANT" --account "$ACCOUNT"'
    ran = subprocess.run(
        ["/bin/sh", "-c", line, BOOKBAG], capture_output=True, text=True, check=False
    )
    checks = {one["check"]: one["health"] for one in json.loads(ran.stdout)["checks"]}
    assert {checks[name] for name in ("token", "webhook", "signing secret", "tags")} == {"ok"}
    assert played.looking.world.commands.stat().st_mode & 0o077 == 0


def test_a_tag_that_tells_another_state_is_noticed(played: Played) -> None:
    with played.tag_added("thank_you_only", "bookbag_approved"):
        code, stages = played.said()
    assert [name for name, row in stages.items() if row == "MISSING"] == ["every state"]
    assert code == 1


def test_an_approval_that_left_too_soon_is_noticed(played: Played) -> None:
    settings = played.looking.world.settings
    played.looking.world.settings = replace(settings, undo_seconds=3600)
    _, stages = played.said("approved")
    played.looking.world.settings = settings
    assert stages == {"approved": "MISSING"}


def test_the_helpdesk_has_who_was_in_copy_and_which_channel_it_was(played: Played) -> None:
    mailed = played.hands.ticket(played.tickets["follow_up_on_solved"])
    chatted = played.hands.ticket(played.tickets["chat_shipping_cost"])
    users = played.hands.users()

    assert [str(user) for user in mailed["email_cc_ids"]] == [users["dolores.kim@example.org"]]
    assert mailed["via"]["channel"] == "email"
    assert chatted["via"]["channel"] == "chat"


Break = Callable[[Played], AbstractContextManager[None]]
WHERE_DRAFT = "draft_id = '{}'"

BREAKS: dict[str, Break] = {
    "accepted": lambda p: p.row_changed(
        "bb_inbox",
        "state",
        "failed",
        f"ticket_id = '{p.tickets['where_is_my_order']}' AND state = 'done'",
    ),
    "ignored": lambda p: p.row_changed(
        "bb_inbox",
        "state",
        "done",
        f"ticket_id = '{p.tickets['where_is_my_order']}' AND state = 'ignored'",
    ),
    "drafted": lambda p: p.row_changed(
        "bb_draft", "rev", 2, f"id = '{p.draft_of('damaged_item')}'"
    ),
    "no draft": lambda p: p.tag_gone("no_macro_polish", "bookbag_no_draft"),
    "held by tag": lambda p: p.tag_gone("complaint", "bookbag_approval_required"),
    "held by amount": lambda p: p.row_changed(
        "bb_decision", "policies", "[]", WHERE_DRAFT.format(p.draft_of("refund_over_limit"))
    ),
    "blocked": lambda p: p.tag_gone("legal_threat", "bookbag_blocked"),
    "auto": lambda p: p.row_changed(
        "bb_decision", "oversight", "review", WHERE_DRAFT.format(p.draft_of("where_is_my_order"))
    ),
    "approved by note": lambda p: p.row_changed(
        "bb_verdict",
        "surface",
        "review_page",
        WHERE_DRAFT.format(p.draft_of("refund_under_limit")),
    ),
    "edited on the page": lambda p: p.row_changed(
        "bb_verdict", "kind", "approve", WHERE_DRAFT.format(p.draft_of("damaged_item"))
    ),
    "signed by a lead": lambda p: p.row_changed(
        "bb_effect",
        "receipt_id",
        "1",
        f"draft_id = '{p.draft_of('refund_over_limit')}' AND kind = 'reply'",
    ),
    "rejected": lambda p: p.tag_gone("reship", "bookbag_rejected"),
    "stale": lambda p: p.row_changed(
        "bb_draft", "state", "rejected", f"id = '{p.draft_of('second_message_before_answer', 0)}'"
    ),
    "answered by the agent in own words": lambda p: p.row_changed(
        "bb_correction",
        "outcome",
        "sent_as_is",
        WHERE_DRAFT.format(p.draft_of("german_html_thread")),
    ),
    "correction logged": lambda p: p.row_changed(
        "bb_correction", "message_id", "1", WHERE_DRAFT.format(p.draft_of("damaged_item"))
    ),
    "drafting": lambda p: p.row_changed(
        "bb_audit", "event", "gone", WHERE_DRAFT.format(p.draft_of("gift_card"))
    ),
    "awaiting review": lambda p: p.tag_gone("gift_card", "bookbag_draft"),
    "awaiting approval": lambda p: p.tag_gone("wrong_item_photos", "bookbag_approval_required"),
    "approved": lambda p: p.move_gone("refund_under_limit", DraftState.APPROVED),
    "delivering": lambda p: p.move_gone("refund_over_limit", DraftState.DELIVERING),
    "delivered": lambda p: p.tag_gone("refund_over_limit", "bookbag_sent"),
    "delivery failed": lambda p: p.row_changed(
        "bb_effect",
        "state",
        "unknown",
        f"draft_id = '{p.draft_of('warranty_outlook')}' AND kind = 'reply'",
    ),
    "delivery unknown": lambda p: p.tag_gone("french_returns_yahoo", "bookbag_delivery_unknown"),
    "expired": lambda p: p.tag_gone("flash_sale_code", "bookbag_expired"),
    "sent by the agent": lambda p: p.row_changed(
        "bb_correction", "message_id", "1", WHERE_DRAFT.format(p.draft_of("follow_up_on_solved", 0))
    ),
    "followed up": lambda p: p.row_changed(
        "bb_draft", "rev", 2, f"id = '{p.draft_of('follow_up_on_solved')}'"
    ),
    "files named": lambda p: p.row_changed(
        "bb_draft", "attachments", '["mug.jpg"]', f"id = '{p.draft_of('wrong_item_photos')}'"
    ),
    "merged": lambda p: p.row_changed(
        "bb_draft", "ticket_id", "0", f"id = '{p.draft_of('stove_question')}'"
    ),
    "every state": lambda p: p.move_gone("flash_sale_code", DraftState.EXPIRED),
    # Last, since what the helpdesk has shown a customer cannot be taken back.
    "sent once": lambda p: p.said_twice("refund_over_limit"),
}


def test_every_stage_has_a_break() -> None:
    assert set(BREAKS) == {stage.name for stage in STAGES}


@pytest.mark.parametrize("stage", list(BREAKS))
def test_a_broken_stage_is_missing(played: Played, stage: str) -> None:
    with BREAKS[stage](played):
        code, stages = played.said(stage)
    assert stages == {stage: "MISSING"}
    assert code == 1


def test_other_tickets_are_driven_and_summed_up_on_one_line(tmp_path: Path) -> None:
    tickets = tmp_path / "tickets.jsonl"
    rows = [
        {
            "subject": "Hello",
            "text": "Qwertz uiop asdf?",
            "from": {"name": "Zoë", "email": "zoe@example.com"},
            "tags": ["vip"],
        },
        {
            "subject": "Refund",
            "html": "<p>I want my money back, or my lawyer will call.</p>",
            "from": {"name": "<b>Bob</b>", "email": "bob@example.com"},
            "tags": [],
        },
    ]
    tickets.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    policies = tmp_path / "policies.yaml"
    policies.write_text("version: 1\ndefaults: {require: approval}\n", encoding="utf-8")
    done = subprocess.run(
        [
            BOOKBAG,
            *("demo", "--once", "--data", str(tmp_path / "data")),
            *("--tickets", str(tickets), "--policies", str(policies)),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout.splitlines()[-1])
    assert summary["tickets"] == 2
    assert summary["failed"] == 0
    assert sum(summary["by_state"].values()) == len(summary["drafts"]) == 2
    assert {draft["ticket"] for draft in summary["drafts"]} == {"1", "2"}
