"""Who did what to a ticket, as its events tell it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.gorgias import audit_log
from connectors.gorgias.audit_log import Event
from connectors.reading import Fields
from connectors.types import Channel

from .answers import ROLES

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
ME, BO, BOT = 510001, 510002, 510003
NAMES = {1: "vip", 2: "late", 3: "bookbag_draft"}


def event(number: int, type_: str, user: int | None = BO, **more: Any) -> Event:
    at = AT + timedelta(seconds=number)
    raw = {
        "id": 1_000 + number,
        "type": type_,
        "object_type": "Ticket",
        "object_id": 86500001,
        "user_id": user,
        "data": None,
        "context": None,
        "created_datetime": at.isoformat(),
        **more,
    }
    return audit_log.event(Fields(raw))


def tags(number: int, user: int | None = BO, *, context: str | None = None, **data: Any) -> Event:
    type_ = "ticket-tags-added" if "tags_added" in data else "ticket-tags-removed"
    return event(number, type_, user, data=data, context=context)


def edits(*events: Event) -> Any:
    return audit_log.tag_edits(events, names=NAMES, me=str(ME), roles=ROLES)


def test_what_one_act_did_is_one_edit_newest_first() -> None:
    (late, draft) = edits(
        tags(1, ME, context="a", tags_added=[3]),
        tags(2, context="b", tags_added=[2]),
        tags(3, context="b", tags_removed=[3, 99]),
        event(4, "ticket-updated"),
    )
    assert (late.added, late.removed, late.ours) == ({"late"}, {"bookbag_draft"}, False)
    assert (late.author_id, late.channel) == (str(BO), Channel.OTHER)
    assert (draft.added, draft.ours, draft.channel) == ({"bookbag_draft"}, True, Channel.API)


def test_without_a_context_each_event_is_an_edit() -> None:
    assert len(edits(tags(1, tags_added=[1]), tags(2, tags_removed=[2]))) == 2


def test_a_rules_and_a_bots_tags_are_theirs() -> None:
    bot, rule = edits(
        event(1, "rule-executed", None, context="r"),
        tags(1, None, context="r", tags_added=[1]),
        tags(2, BOT, tags_added=[2]),
    )
    assert (rule.channel, rule.author_id) == (Channel.RULE, "0")
    assert (bot.channel, bot.author_id) == (Channel.API, str(BOT))


@pytest.mark.parametrize(
    "data", [{"tags_added": "vip"}, {"tags_added": None}, {"tags_added": [{}]}]
)
def test_tags_that_are_not_told_are_no_edit_of_any(data: dict[str, Any]) -> None:
    (edit,) = edits(tags(1, **data))
    assert (edit.added, edit.removed) == (frozenset(), frozenset())


def test_names_are_taken_where_they_are_told_instead_of_ids() -> None:
    (edit,) = edits(tags(1, tags_added=["vip", 2]))
    assert edit.added == {"vip", "late"}
    assert audit_log.named_tags([tags(1, tags_added=["vip", 2])]) == {2}


@pytest.mark.parametrize(
    ("events", "by_others"),
    [
        ((event(5, "ticket-assigned"),), True),
        ((event(5, "ticket-team-unassigned"),), True),
        ((event(-60, "ticket-assigned"),), False),
        ((event(0, "ticket-assigned"),), True),
        ((event(5, "ticket-assigned", ME),), False),
        ((event(5, "ticket-assigned", BOT),), False),
        ((event(5, "ticket-assigned", None),), False),
        ((event(5, "ticket-closed"),), False),
        ((event(4, "rule-executed", context="r"), event(5, "ticket-assigned", context="r")), False),
    ],
)
def test_only_a_persons_assignment_counts(events: tuple[Event, ...], *, by_others: bool) -> None:
    since = AT + timedelta(milliseconds=400)
    found = audit_log.assigned_by_others(events, since=since, me=str(ME), roles=ROLES)
    assert found is by_others


def test_the_actor_of_a_message_by_either_object() -> None:
    made = "ticket-message-created"
    of_ticket = event(1, made, data={"message_id": 7})
    of_message = event(1, made, BOT, object_type="TicketMessage", object_id=8)
    nobodys = event(1, made, None, data={"message_id": 9})
    told = (of_ticket, of_message, nobodys, event(2, "ticket-updated", data={"message_id": 10}))
    actors = [audit_log.actor(told, one) for one in ("7", "8", "9", "10")]
    assert actors == [str(BO), str(BOT), None, None]
