"""What came of a run with faults, by the helpdesk's own log; our rows only say what we believe."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from connectors.sandbox.zendesk.wiring import sandbox_of
from plugin.delivery.tags import mirror
from plugin.models import UNDELIVERED, DraftState, EffectKind, EffectState, InboxState
from plugin.store import reconciling
from plugin.store.schema import DraftRow, EffectRow, InboxEvent
from tests.bench.catching_up import found_events
from tests.bench.fault_run import LIMITS, Told
from tests.bench.world import Bench

_EFFECT = "bookbag_effect"
_LIVE = frozenset({DraftState.AWAITING_REVIEW, DraftState.AWAITING_APPROVAL})
Comment = Mapping[str, Any]


@dataclass
class Tally:
    """The numbers of one run.

    Attributes:
        twice: What the helpdesk, or a customer, has more than once.
        lost: Messages without a draft, replies without a comment, tags that are not there.
        over: Limits that were not kept.
        found: Events that no webhook told.
        told: Replies that did not go out, of which a note tells.
    """

    told_of: Told
    states: Counter[str] = field(default_factory=Counter)
    rates: Mapping[str, Any] = field(default_factory=dict)
    found: int = 0
    told: int = 0
    replies: int = 0
    notes: int = 0
    lost_webhooks: int = 0
    twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """For people to read."""
        run = self.told_of
        yield f"{len(run.opened)} tickets; agents and customers: {_shown(run.acts)}"
        yield f"  faults ({run.faults.total()}): {_shown(run.faults)}"
        yield f"  drafts: {_shown(self.states)}"
        yield f"  sent {self.replies} replies, {self.notes} notes; {self.told} told of as not sent"
        yield f"  {self.lost_webhooks} webhooks never came; {self.found} events found without"
        yield f"  rates: {dict(self.rates)}; {run.replayed} events were replayed"
        for name in ("twice", "lost", "over"):
            found: list[str] = getattr(self, name)
            yield f"  {name} {len(found)}"
            yield from (f"    {what}" for what in found)


def count(bench: Bench, told: Told) -> Tally:
    """Read the helpdesk's log and our rows."""
    sandbox = sandbox_of(bench.helpdesk_app)
    log: Mapping[str, Any] = sandbox.ledger.report()
    tally = Tally(told, rates=sandbox.meter.report())
    public: Sequence[Comment] = log["public_comments"]
    ours = [one for one in public if one["channel"] == "api"]
    notes = [one for one in log["notes"] if one["channel"] == "api"]
    tally.replies, tally.notes = len(ours), len(notes)
    tally.found = len(found_events(bench))
    tally.lost_webhooks = sum(one["fault"] == "lost" for one in sandbox.webhook_faults.log())
    with bench.runtime.database.read() as session:
        drafts = session.scalars(select(DraftRow)).all()
        effects = session.scalars(select(EffectRow)).all()
        failed = session.scalars(
            select(InboxEvent.reason)
            .where(InboxEvent.state != InboxState.DONE)
            .where(InboxEvent.state != InboxState.IGNORED)
        ).all()
    tally.states.update(draft.state.value for draft in drafts)
    tally.lost += [f"an event is not handled: {reason}" for reason in failed]
    _count_drafts(tally, public, drafts)
    _count_replies(tally, ours, drafts, effects)
    _count_notes(tally, notes, drafts, effects)
    _count_messages(tally, bench, public)
    _count_tags(tally, bench, effects)
    tally.over += [f"{kind}: {times} calls too many" for kind, times in _refused(tally).items()]
    return tally


def _refused(tally: Tally) -> Mapping[str, int]:
    most = {
        "calls": LIMITS.calls,
        "updates": LIMITS.updates,
        "ticket": LIMITS.ticket_updates,
        "exports": LIMITS.exports,
    }
    peaks: Mapping[str, int] = tally.rates["peaks"]
    over = {kind: peak - most[kind] for kind, peak in peaks.items() if peak > most[kind]}
    return {**tally.rates["refused"], **over}


def _count_drafts(tally: Tally, public: Sequence[Comment], drafts: Sequence[DraftRow]) -> None:
    """One live draft for each customer's message that is the last word, and no other."""
    by_message = Counter(draft.message_id for draft in drafts)
    tally.twice += [
        f"{many} drafts of message {one}" for one, many in by_message.items() if many > 1
    ]
    last = {str(one["ticket_id"]): one for one in public}
    live = Counter(draft.ticket_id for draft in drafts if draft.state in _LIVE)
    tally.twice += [f"{many} live drafts on ticket {one}" for one, many in live.items() if many > 1]
    unanswered = {
        ticket: str(one["comment_id"]) for ticket, one in last.items() if one["role"] == "end-user"
    }
    for draft in drafts:
        if draft.state in _LIVE and unanswered.get(draft.ticket_id) != draft.message_id:
            tally.twice.append(f"a draft waits on ticket {draft.ticket_id}, which was answered")
    tally.lost += [
        f"message {message} on ticket {ticket} has no draft"
        for ticket, message in unanswered.items()
        if not by_message[message]
    ]


def _count_replies(
    tally: Tally,
    ours: Sequence[Comment],
    drafts: Sequence[DraftRow],
    effects: Sequence[EffectRow],
) -> None:
    """One public comment for each reply that is said to be delivered, none for one that failed."""
    sent = Counter(str(one["metadata"].get(_EFFECT)) for one in ours)
    words = Counter((str(one["ticket_id"]), str(one["body"])) for one in ours)
    tally.twice += [
        f"reply {one}: {many}" for one, many in (*sent.items(), *words.items()) if many > 1
    ]
    of_draft: dict[str | None, int] = {}
    for effect in effects:
        if effect.kind is EffectKind.REPLY:
            of_draft[effect.draft_id] = of_draft.get(effect.draft_id, 0) + sent.pop(effect.id, 0)
    tally.twice += [f"a reply that nobody asked for: {one}" for one in sent]
    for draft in drafts:
        comments = of_draft.get(draft.id, 0)
        if draft.state is DraftState.DELIVERED and comments != 1:
            tally.lost.append(f"{comments} comments of draft {draft.id}, which was delivered")
        if draft.state is DraftState.DELIVERY_FAILED and comments:
            tally.twice.append(f"draft {draft.id} is said to have failed, and went out")


def _count_notes(
    tally: Tally,
    notes: Sequence[Comment],
    drafts: Sequence[DraftRow],
    effects: Sequence[EffectRow],
) -> None:
    """Each live draft's note is there once, and a note tells of each reply that did not go out."""
    marks = Counter(
        (str(note["ticket_id"]), draft.id)
        for note in notes
        for draft in drafts
        if draft.ticket_id == str(note["ticket_id"])
        and f"Bookbag draft {draft.short_id} rev {draft.rev}" in str(note["body"])
    )
    refused = {
        effect.draft_id
        for effect in effects
        if effect.kind is EffectKind.NOTE and effect.state is EffectState.FAILED
    }
    for draft in drafts:
        shown = marks[draft.ticket_id, draft.id]
        if draft.state in _LIVE and shown != 1 and draft.id not in refused:
            (tally.twice if shown else tally.lost).append(f"{shown} notes of draft {draft.id}")
        if draft.state in UNDELIVERED:
            telling = any(
                str(note["ticket_id"]) == draft.ticket_id
                and ("was not sent" in str(note["body"]) or "not known" in str(note["body"]))
                for note in notes
            )
            tally.told += telling
            if not telling and draft.id not in refused:
                tally.lost.append(f"nobody was told that draft {draft.id} did not go out")


def _count_messages(tally: Tally, bench: Bench, public: Sequence[Comment]) -> None:
    """Every message of a customer is known, whatever became of its webhook."""
    tickets = {str(one["ticket_id"]) for one in public}
    with bench.runtime.database.read() as session:
        known = reconciling.known(session, bench.scope, bench.account_id, tickets)
    opened = {
        ticket
        for ticket, seen in known.seen.items()
        if any(one.kind == "ticket_created" for one in seen)
    }
    first: set[str] = set()
    for one in public:
        ticket, opens = str(one["ticket_id"]), str(one["ticket_id"]) not in first
        first.add(ticket)
        if one["role"] != "end-user" or (opens and ticket in opened):
            continue
        if str(one["comment_id"]) not in known.messages:
            tally.lost.append(f"nobody knows of message {one['comment_id']}")


def _count_tags(tally: Tally, bench: Bench, effects: Sequence[EffectRow]) -> None:
    """What agents put on is there, and ours say where the drafts stand."""
    tags = {
        str(ticket.id): frozenset(ticket.tags)
        for ticket in sandbox_of(bench.helpdesk_app).desk.tickets()
    }
    tally.lost += [
        f"tag {tag} on ticket {ticket}"
        for ticket, tag in tally.told_of.tags
        if tag not in tags[ticket]
    ]
    refused = {one.ticket_id for one in effects if one.state is EffectState.FAILED}
    with bench.runtime.database.read() as session:
        for ticket in set(tally.told_of.opened) - refused:
            wanted = mirror(session, bench.scope, bench.account_id, ticket)
            lacking, more = wanted.add - tags[ticket], wanted.remove & tags[ticket]
            if lacking or more:
                what = f"lacks {sorted(lacking)}, has {sorted(more)}"
                tally.lost.append(f"ticket {ticket} {what}")


def _shown(counted: Counter[str]) -> str:
    return ", ".join(f"{what} {number}" for what, number in sorted(counted.items()))
