"""What lets us see what others do on a ticket, and take a reply back."""

import pytest

from connectors.errors import NotFoundError
from connectors.types import Channel, TagChange

from .worlds import Desk

NOWHERE = "99999999999"


def test_a_reply_can_be_made_private_once(desk: Desk) -> None:
    if not desk.adapter.capabilities.make_private:
        return
    ticket_id = desk.world.open_ticket("a", "first")
    reply = desk.world.agent_writes(ticket_id, "too early", public=True)
    for _ in range(2):
        desk.adapter.make_private(ticket_id, reply)
    assert [one.public for one in desk.adapter.conversation(ticket_id)] == [True, False]
    with pytest.raises(NotFoundError):
        desk.adapter.make_private(ticket_id, NOWHERE)


def test_whose_tags_are_whose(desk: Desk) -> None:
    ticket_id = desk.world.open_ticket("a", "b")
    assert desk.adapter.tag_edits(ticket_id) == ()
    ours = TagChange(add=frozenset({"bookbag_draft", "vip"}))
    desk.adapter.change_tags(ticket_id, ours, effect_id="tags:1")
    desk.world.set_tags(ticket_id, "vip", "late")
    theirs, first = desk.adapter.tag_edits(ticket_id)
    assert (first.added, first.removed, first.ours) == (ours.add, frozenset(), True)
    assert (theirs.added, theirs.removed) == (frozenset({"late"}), frozenset({"bookbag_draft"}))
    assert theirs.author_id


def test_an_app_and_a_person_are_told_apart(desk: Desk) -> None:
    ticket_id = desk.world.open_ticket("a", "b")
    desk.world.agent_writes(ticket_id, "by hand", public=True)
    desk.world.agent_writes(ticket_id, "by an app", public=True, channel=Channel.API)
    assert [one.is_by_machine for one in desk.adapter.conversation(ticket_id)] == [
        False,
        False,
        True,
    ]
