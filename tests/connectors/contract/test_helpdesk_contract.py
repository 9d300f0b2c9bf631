"""What every helpdesk adapter must do, whatever the vendor. Runs against a running helpdesk."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from connectors.errors import ConnectorError, NotFoundError
from connectors.registry import HELPDESKS
from connectors.types import Channel, PersonRole, TagChange

from .desks import DESKS
from .worlds import CUSTOMER_EMAIL, CUSTOMER_NAME, Desk

NO_TAGS = TagChange()
DRAFT = TagChange(add=frozenset({"bookbag_draft"}))
NOWHERE = "99999999999"


def test_every_registered_helpdesk_is_held_to_the_contract() -> None:
    assert {name.split("-")[0] for name in DESKS} == set(HELPDESKS)


def test_me_is_staff(desk: Desk) -> None:
    assert desk.adapter.me().role.is_staff


def test_a_ticket_is_read(desk: Desk) -> None:
    ticket_id = desk.world.open_ticket("Where is it?", "My order is late.")
    ticket = desk.adapter.ticket(ticket_id)
    assert (ticket.id, ticket.subject) == (ticket_id, "Where is it?")
    assert ticket.status in {"new", "open"}
    assert ticket.tags == frozenset()
    assert (ticket.requester.name, ticket.requester.email) == (CUSTOMER_NAME, CUSTOMER_EMAIL)
    assert ticket.requester.role is PersonRole.END_USER
    assert ticket.stamp
    assert abs(desk.world.now() - ticket.created_at) < timedelta(minutes=1)


def test_what_was_deleted_is_there_no_more(desk: Desk) -> None:
    ticket_id = desk.world.open_ticket("Where is it?", "My order is late.")
    user_id = desk.adapter.ticket(ticket_id).requester.id
    assert desk.adapter.has_ticket(ticket_id)
    assert desk.adapter.has_user(user_id)
    desk.world.remove(user_id=user_id)
    assert not desk.adapter.has_user(user_id)
    assert desk.adapter.has_ticket(ticket_id)
    desk.world.remove(ticket_id=ticket_id)
    assert not desk.adapter.has_ticket(ticket_id)
    assert not desk.adapter.has_ticket(NOWHERE)
    assert not desk.adapter.has_user(NOWHERE)


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        desk.adapter.ticket(NOWHERE)
    with pytest.raises(NotFoundError):
        desk.adapter.conversation(NOWHERE)
    with pytest.raises(NotFoundError):
        desk.adapter.add_note(NOWHERE, "<p>x</p>", tags=NO_TAGS, effect_id="e")
    ticket_id = desk.world.open_ticket("a", "b")
    with pytest.raises(NotFoundError):
        desk.adapter.origin(ticket_id, NOWHERE)


def test_a_conversation_is_in_order_with_roles_and_visibility(desk: Desk) -> None:
    ticket_id = desk.world.open_ticket("a", "first")
    desk.world.agent_writes(ticket_id, "internal")
    desk.world.agent_writes(ticket_id, "reply", public=True)
    last = desk.world.customer_writes(ticket_id, "second")
    messages = desk.adapter.conversation(ticket_id)
    assert [one.text.strip() for one in messages] == ["first", "internal", "reply", "second"]
    assert [one.author.role.is_staff for one in messages] == [False, True, True, False]
    assert [one.public for one in messages] == [True, False, True, True]
    assert messages[-1].id == last
    assert messages[0].author.email == CUSTOMER_EMAIL
    assert list(messages) == sorted(messages, key=lambda one: one.created_at)


def test_a_long_conversation_is_read_whole(desk: Desk) -> None:
    ticket_id = desk.world.open_ticket("a", "0")
    for number in range(1, 130):
        desk.world.customer_writes(ticket_id, str(number))
    texts = [one.text.strip() for one in desk.adapter.conversation(ticket_id)]
    assert texts == [str(number) for number in range(130)]


def test_a_note_is_internal_ours_and_carries_tags(desk: Desk) -> None:
    ticket_id = desk.world.open_ticket("a", "b")
    receipt = desk.adapter.add_note(ticket_id, "<p>Draft K7Q2M</p>", tags=DRAFT, effect_id="note:1")
    note = desk.adapter.conversation(ticket_id)[-1]
    assert note.id == receipt.external_id
    assert not note.public
    assert "Draft K7Q2M" in note.text
    assert note.author.id == desk.adapter.me().id
    assert desk.world.ticket_tags(ticket_id) == {"bookbag_draft"}
    assert abs(receipt.at - note.created_at) <= timedelta(seconds=1)


def test_a_reply_is_public_safe_and_moves_the_ticket(desk: Desk) -> None:
    ticket_id = desk.world.open_ticket("a", "b")
    desk.world.agent_writes(ticket_id, "internal")
    agent = desk.adapter.conversation(ticket_id)[-1].author
    receipt = desk.adapter.send_reply(
        ticket_id,
        "Hi Ann,\nit <b>ships</b> & arrives.\n\nBo",
        author_id=agent.id,
        tags=TagChange(add=frozenset({"bookbag_sent"})),
        status="solved",
        effect_id="send:1",
    )
    reply = desk.adapter.conversation(ticket_id)[-1]
    assert reply.id == receipt.external_id
    assert reply.public
    assert reply.author.id == agent.id
    assert "<b>" not in (reply.html or "")
    assert "it <b>ships</b> & arrives." in reply.text
    assert desk.adapter.ticket(ticket_id).status == "solved"
    assert desk.world.ticket_tags(ticket_id) == {"bookbag_sent"}


def test_changing_tags_leaves_others_alone(desk: Desk) -> None:
    ticket_id = desk.world.open_ticket("a", "b")
    desk.world.set_tags(ticket_id, "vip", "bookbag_draft")
    change = TagChange(frozenset({"bookbag_approved"}), frozenset({"bookbag_draft"}))
    desk.adapter.change_tags(ticket_id, change, effect_id="tags:1")
    assert desk.world.ticket_tags(ticket_id) == {"vip", "bookbag_approved"}
    desk.adapter.change_tags(ticket_id, change, effect_id="tags:1")
    assert desk.world.ticket_tags(ticket_id) == {"vip", "bookbag_approved"}


def test_the_tags_in_use_are_listed_the_most_used_first(desk: Desk) -> None:
    assert desk.adapter.tags() == ()
    for number in range(3):
        ticket_id = desk.world.open_ticket("a", "b")
        desk.world.set_tags(ticket_id, *("complaint", "vip", "press")[: number + 1])
    assert desk.adapter.tags() == ("complaint", "vip", "press")


def test_more_tags_than_a_page_has_are_listed(desk: Desk) -> None:
    tags = [f"tag_{number:03}" for number in range(150)]
    desk.world.set_tags(desk.world.open_ticket("a", "b"), *tags)
    assert desk.adapter.tags() == tuple(tags)


# One way in is enough: it takes whole seconds of the helpdesk's clock.
@pytest.mark.parametrize("desk", [min(DESKS)], indirect=True)
def test_writers_at_the_same_time_lose_no_tags_and_no_notes(desk: Desk) -> None:
    ticket_id = desk.world.open_ticket("a", "b")
    writers = 3

    def write(number: int) -> str:
        tags = TagChange(add=frozenset({f"tag_{number}"}))
        effect = f"note:{number}"
        note = desk.another().add_note(ticket_id, "<p>x</p>", tags=tags, effect_id=effect)
        return note.external_id

    with ThreadPoolExecutor(writers) as pool:
        notes = list(pool.map(write, range(writers)))
    assert desk.world.ticket_tags(ticket_id) == {f"tag_{n}" for n in range(writers)}
    assert {one.id for one in desk.adapter.conversation(ticket_id)[1:]} == set(notes)


def test_an_effect_is_found_again(desk: Desk) -> None:
    ticket_id = desk.world.open_ticket("a", "b")
    assert desk.adapter.find_effect(ticket_id, "note:1") is None
    receipt = desk.adapter.add_note(ticket_id, "<p>x</p>", tags=DRAFT, effect_id="note:1")
    desk.adapter.add_note(ticket_id, "<p>y</p>", tags=NO_TAGS, effect_id="note:2")
    assert desk.adapter.find_effect(ticket_id, "note:1") == receipt
    assert desk.adapter.find_effect(ticket_id, "note:3") is None


@pytest.mark.parametrize("channel", [Channel.WEB, Channel.MOBILE, Channel.API, Channel.EMAIL])
def test_the_origin_names_author_and_channel(desk: Desk, channel: Channel) -> None:
    if channel not in desk.world.channels:
        return
    ticket_id = desk.world.open_ticket("a", "b")
    note = desk.world.agent_writes(ticket_id, "/approve", channel=channel)
    origin = desk.adapter.origin(ticket_id, note)
    assert origin.channel is channel
    assert origin.author_id == desk.adapter.conversation(ticket_id)[-1].author.id


def test_our_own_writes_come_through_the_api(desk: Desk) -> None:
    ticket_id = desk.world.open_ticket("a", "b")
    receipt = desk.adapter.add_note(ticket_id, "<p>x</p>", tags=NO_TAGS, effect_id="e")
    origin = desk.adapter.origin(ticket_id, receipt.external_id)
    assert (origin.author_id, origin.channel) == (desk.adapter.me().id, Channel.API)


def test_a_group_has_a_name(desk: Desk) -> None:
    assert {name: desk.adapter.group(id_) for name, id_ in desk.world.groups().items()} == {
        name: name for name in desk.world.groups()
    }
    for nowhere in (NOWHERE, "../tickets/1"):
        with pytest.raises(NotFoundError):
            desk.adapter.group(nowhere)


def test_a_ticket_is_given_to_a_group_once(desk: Desk) -> None:
    ticket_id, leads = desk.world.open_ticket("a", "b"), desk.world.groups()["Leads"]
    since = desk.world.now()
    receipt = desk.adapter.assign(ticket_id, leads, since=since, effect_id="assign:1")
    assert receipt is not None
    assert desk.world.ticket_group(ticket_id) == leads
    # Where it is not found by its effect, asking once more does nothing.
    assert desk.adapter.find_effect(ticket_id, "assign:1") in (receipt, None)
    assert desk.adapter.assign(ticket_id, leads, since=since, effect_id="assign:1") is None
    assert desk.adapter.assign(ticket_id, leads, since=since, effect_id="assign:2") is None
    with pytest.raises(ConnectorError) as gone:
        desk.adapter.assign(ticket_id, NOWHERE, since=since, effect_id="assign:3")
    assert gone.value.permanent


def test_our_own_assignment_and_how_it_was_opened_stand_in_nobodys_way(desk: Desk) -> None:
    groups = desk.world.groups()
    since = desk.world.now()
    ticket_id = desk.world.open_ticket("a", "b")
    for name in ("Leads", min(set(groups) - {"Leads"})):
        assert desk.adapter.assign(ticket_id, groups[name], since=since, effect_id=name)
    assert desk.world.ticket_group(ticket_id) != groups["Leads"]


def test_who_assigned_a_ticket_by_hand_is_not_overruled(desk: Desk) -> None:
    ticket_id, groups = desk.world.open_ticket("a", "b"), desk.world.groups()
    other = min(set(groups) - {"Leads"})
    desk.world.assign(ticket_id, "Leads")
    before, after = (
        desk.world.now() - timedelta(minutes=1),
        desk.world.now() + timedelta(minutes=1),
    )
    assert desk.adapter.assign(ticket_id, groups[other], since=before, effect_id="1") is None
    assert desk.world.ticket_group(ticket_id) == groups["Leads"]
    assert desk.adapter.assign(ticket_id, groups[other], since=after, effect_id="2")
    assert desk.world.ticket_group(ticket_id) == groups[other]


def test_changes_are_told_page_by_page_to_an_end(desk: Desk) -> None:
    """What was just written may be left out, and is told by the next round."""
    desk.world.agent_writes(desk.world.open_ticket("a", "b"), "c", public=True)
    since = desk.world.now() - timedelta(hours=1)
    page = desk.adapter.changes(since)
    for _ in range(5):
        assert page.until >= since.replace(microsecond=0)
        assert all(change.at >= since - timedelta(seconds=1) for change in page.changes)
        if page.end:
            break
        page = desk.adapter.changes(page.cursor)
    assert page.end
    assert page.whole
    assert desk.adapter.changes(page.cursor).whole
