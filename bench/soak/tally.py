"""What came of a run, counted by the helpdesk's own log; our rows only say what state we are in."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select

from plugin.models import UNDELIVERED, DraftState, EffectKind, EffectState, InboxState
from plugin.store.schema import DraftRow, EffectRow, InboxEvent
from tests.kills.scene import Comment, Scene, marker_of

_EFFECT = "bookbag_effect"
_LIVE = frozenset({DraftState.AWAITING_REVIEW, DraftState.AWAITING_APPROVAL})
_TELLING = ("was not sent", "It is not known whether")


@dataclass
class Tally:
    """The numbers of one run.

    Attributes:
        met: How many calls and webhooks could have met a fault.
        twice: Replies and notes of ours that the helpdesk has more than once.
        lost: Customers' messages and accepted events that nobody will do anything for, drafts
            whose note is not on the ticket, failed replies that nobody was told of.
        replayed: Events that had failed for good, and that an admin let run again.
        found: Events that no webhook told, and a comparison with the helpdesk found.
        refused: Notes that the helpdesk refused for good; their drafts stand in the queue alone.
        told: Failed and doubtful replies of which a note tells.
    """

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    webhooks: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    drafts: Counter[str] = field(default_factory=Counter)
    tickets: int = 0
    replayed: int = 0
    found: int = 0
    refused: int = 0
    told: int = 0
    replies: int = 0
    notes: int = 0
    twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """For people to read."""
        yield f"seed {self.seed}: {self.tickets} tickets, {self.kills.total()} kills"
        yield f"  calls {self.met['faults']}, webhooks {self.met['webhook-faults']}"
        for name in ("kills", "faults", "webhooks", "events", "drafts"):
            counted: Counter[str] = getattr(self, name)
            shown = ", ".join(f"{what} {number}" for what, number in sorted(counted.items()))
            yield f"  {name} ({counted.total()}): {shown}"
        yield f"  sent: {self.replies} replies, {self.notes} notes"
        yield f"  replayed {self.replayed} events; told of {self.told} replies that did not go out"
        yield f"  found {self.found} events without webhooks; {self.refused} notes were refused"
        yield f"  twice {len(self.twice)}, lost {len(self.lost)}"
        yield from (f"  twice: {what}" for what in self.twice)
        yield from (f"  lost: {what}" for what in self.lost)

    def count(self, scene: Scene) -> None:
        """Read the helpdesk's log and our rows."""
        log = scene.hands.get("/sandbox/log")
        public: list[Comment] = log["public_comments"]
        replies = [comment for comment in public if comment["channel"] == "api"]
        notes = [comment for comment in log["notes"] if comment["channel"] == "api"]
        self.replies, self.notes = len(replies), len(notes)
        self.twice += _twice(replies, notes)
        drafts = _drafts_by_message(scene)
        for comment in _unanswered(public, drafts):
            what = f"message {comment['comment_id']} on ticket {comment['ticket_id']}"
            self.lost.append(f"{what} has no draft")
        self._count_notes(scene, notes)
        self.twice += [f"{many} drafts for message {m}" for m, many in drafts.items() if many > 1]
        with scene.bench.runtime.database.read() as session:
            for kind, counter in ((InboxEvent, self.events), (DraftRow, self.drafts)):
                rows = session.execute(select(kind.state, func.count()).group_by(kind.state))
                counter.update({str(row[0]): row[1] for row in rows})
        for state in (InboxState.ACCEPTED, InboxState.FAILED):
            if self.events[state]:
                self.lost.append(f"{self.events[state]} events are {state}")

    def _count_notes(self, scene: Scene, notes: list[Comment]) -> None:
        """Each live draft's note is on its ticket once, and of each failed reply a note tells."""
        shown = Counter((str(note["ticket_id"]), marker_of(note)) for note in notes)
        telling = {
            str(note["ticket_id"])
            for note in notes
            if any(words in str(note["body"]) for words in _TELLING)
        }
        with scene.bench.runtime.database.read() as session:
            rows = session.scalars(select(DraftRow).where(DraftRow.state.in_(_LIVE | UNDELIVERED)))
            refused = set(
                session.scalars(
                    select(EffectRow.draft_id).where(
                        EffectRow.kind == EffectKind.NOTE, EffectRow.state == EffectState.FAILED
                    )
                )
            )
            for draft in rows:
                if draft.state in UNDELIVERED:
                    there = int(draft.ticket_id in telling)
                    self.told += there
                else:
                    there = shown[draft.ticket_id, (draft.short_id, str(draft.rev))]
                if there != 1 and draft.id in refused:
                    self.refused += 1
                elif there != 1:
                    what = f"{there} notes of draft {draft.id}, {draft.state}"
                    (self.twice if there else self.lost).append(what)


def _twice(replies: list[Comment], notes: list[Comment]) -> Iterator[str]:
    """The same effect, the same words to the same customer, or the same draft shown again."""
    effects = Counter(str(comment["metadata"].get(_EFFECT)) for comment in (*replies, *notes))
    words = Counter((str(reply["ticket_id"]), str(reply["body"])) for reply in replies)
    shown = Counter(marker_of(note) for note in notes)
    shown.pop(None, None)
    for what, counted in (("effect", effects), ("reply", words), ("note", shown)):
        yield from (f"{what} {key}: {many}" for key, many in counted.items() if many > 1)


def _drafts_by_message(scene: Scene) -> Counter[str]:
    with scene.bench.runtime.database.read() as session:
        return Counter(session.scalars(select(DraftRow.message_id)))


def _unanswered(public: list[Comment], drafts: Counter[str]) -> Iterator[Comment]:
    """Customers' messages that are the last word on their ticket and have no draft."""
    last: dict[str, Comment] = {}
    for comment in public:
        if comment["channel"] != "api":
            last[str(comment["ticket_id"])] = comment
    for comment in last.values():
        if comment["role"] == "end-user" and not drafts[str(comment["comment_id"])]:
            yield comment
