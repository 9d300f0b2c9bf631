"""What came with a customer's message is named to the agent; no draft claims to have seen it."""

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import pytest

from connectors.types import Message
from plugin.demo.world import data
from plugin.drafting.macros import load_macros
from plugin.models import DraftState
from tests.bench.faults import Fault, with_faults
from tests.bench.world import Bench
from tests.drafting.support import draft_of, tickets, words_of

_FILES = re.compile(
    r"(?i)photo|picture|image|screenshot|video|attach|enclos|\bfile|foto|bild|anhang|anlage"
    r"|pièce jointe|capture|imagen|adjunt"
)
_ASKS = re.compile(r"(?i)please send|send us|we need|could you")


def attaching(*names: str) -> Fault:
    """Every customer's message came with these files."""

    def read(conversation: Callable[[], tuple[Message, ...]]) -> Any:
        return tuple(
            message
            if message.author.role.is_staff
            else dataclasses.replace(message, attachments=names)
            for message in conversation()
        )

    return read


def claims_to_have_seen(text: str) -> list[str]:
    """The sentences that speak of files and do not ask for one."""
    sentences = re.split(r"(?<=[.!?])\s+", text)
    return [one for one in sentences if _FILES.search(one) and not _ASKS.search(one)]


def test_what_a_claim_is() -> None:
    for claim in ("Thanks for the photos.", "I see the crack in your picture.", "Wie im Anhang."):
        assert claims_to_have_seen(f"Hi Tom. {claim} Bye!") == [claim]
    assert claims_to_have_seen("Please send us a photo of the label.") == []


def test_their_names_are_kept_and_told(bench: Bench) -> None:
    with_faults(bench, "conversation", *[attaching("crack.jpg", "", "<b>.pdf")] * 9)
    ticket_id = bench.opened("refund_under_limit")
    names = ["crack.jpg", "a file without a name", "<b>.pdf"]
    assert bench.draft(ticket_id).attachments == names
    said = f"The customer attached: {', '.join(names)}. The AI has not seen them."
    assert said in bench.notes(ticket_id)[-1]


def test_nothing_is_said_where_nothing_came(bench: Bench) -> None:
    ticket_id = bench.opened("refund_under_limit")
    assert bench.draft(ticket_id).attachments == []
    assert "attached" not in "".join(bench.notes(ticket_id))


def test_a_mail_with_nothing_but_a_file_names_it(bench: Bench) -> None:
    with_faults(bench, "conversation", *[attaching("crack.jpg")] * 9)
    ticket_id = bench.opened("empty_message")
    assert bench.draft(ticket_id).state is DraftState.NO_DRAFT
    assert "The customer attached: crack.jpg. The AI has not seen it." in bench.notes(ticket_id)[0]


@pytest.mark.parametrize("words", ["", "I attached photos. Please look at the picture!"])
def test_no_draft_of_the_demos_week_claims_to_have_seen_a_file(words: str) -> None:
    drafted = 0
    for key, ticket in tickets().items():
        draft = draft_of(ticket, f"{words_of(key)}\n\n{words}")
        assert claims_to_have_seen(draft.text or "") == [], key
        drafted += draft.text is not None
    assert drafted > len(tickets()) // 2


def test_no_macro_of_the_demo_claims_to_have_seen_a_file() -> None:
    for macro in load_macros(data("macros.yaml")):
        assert claims_to_have_seen(macro.text) == [], macro.id
