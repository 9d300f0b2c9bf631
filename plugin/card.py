"""What an agent is shown of a draft: the same card in the note, the page and the sidebar.

All text on a card is untrusted. Templates escape it; nothing here builds HTML by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from connectors.types import ActionRequest
from plugin.arguments import Argument, arguments_of
from plugin.drafting.language import LANGUAGES
from plugin.models import DraftState, Oversight, Role
from plugin.store.drafts import Held, action_of
from plugin.store.schema import DraftRow

_DONE_HINT = " done"
_PERCENT = 100
# For a conversation that only people can write into.
INSERT_IT = (
    "Bookbag cannot write where the customer wrote. Insert the draft from the sidebar beside the "
    "ticket, and send it there."
)
_EVERY_SIGNER = frozenset({Role.AGENT, Role.LEAD, Role.ADMIN})
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
# What a type wants done, where its own name with an order behind it would be no sentence.
_DEEDS = {
    "reship": "send order {order} again",
    "replacement": "send a replacement for order {order}",
    "cancel_order": "cancel order {order}",
    "address_change": "change the address of order {order}",
    "return_label": "send a return label for order {order}",
}


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An action as a sentence, and whether a person has said that it is done.

    Attributes:
        arguments: Its money, order and items, and who says so of each.
    """

    words: str
    done: bool
    arguments: tuple[Argument, ...] = ()

    @property
    def origin(self) -> str | None:
        """The short line of a note: ``54.20 USD from shop order #1002, its total``."""
        told = [one for one in self.arguments if one.is_told_shortly]
        return "; ".join(f"{one.words} from {one.told.words}" for one in told) or None


@dataclass(frozen=True, slots=True)
class Card:
    """Everything an agent needs to judge a draft.

    Attributes:
        headline: What is wanted of the agent, in one line.
        held_because: One plain sentence a reason.
        made_from: How sure the drafter is, what it took the message for, and its sources, in one
            line; None where no text is offered.
        command: The note command that approves it; None where nobody may.
        by_hand: The sentence that says how it goes out, where an agent has to send it.
        text: None where no text is offered.
        attachments: Names of what came with the customer's message. No drafter looks at it.
    """

    draft_id: str
    short_id: str
    rev: int
    state: DraftState
    oversight: Oversight | None
    headline: str
    text: str | None
    note: str | None
    held_because: tuple[str, ...]
    advice: tuple[str, ...]
    headroom: tuple[str, ...]
    actions: tuple[ActionLine, ...]
    made_from: str | None
    attachments: tuple[str, ...]
    command: str | None
    url: str
    by_hand: str | None = None


def card_of(held: Held, *, public_url: str) -> Card:
    """The card of a stored draft."""
    draft, decision = held.draft, held.decision
    blocked = held.oversight is Oversight.BLOCK
    return Card(
        draft_id=draft.id,
        short_id=draft.short_id,
        rev=draft.rev,
        state=draft.state,
        oversight=held.oversight,
        headline=_headline(held),
        text=None if blocked else draft.text,
        note=draft.note,
        held_because=tuple(decision.held_because) if decision else (),
        advice=tuple(decision.advice) if decision else (),
        headroom=tuple(decision.headroom) if decision and not blocked else (),
        actions=tuple(
            ActionLine(
                action_words(action_of(row)), row.done_at is not None, arguments_of(held, row)
            )
            for row in (() if blocked else held.actions)
        ),
        made_from=None if blocked or draft.text is None else _made_from(draft),
        attachments=tuple(draft.attachments),
        command=_command(held),
        url=f"{public_url}/drafts/{draft.id}",
        by_hand=INSERT_IT if held.insert_only and draft.text is not None and not blocked else None,
    )


def note_html(card: Card, *, asked: str | None = None) -> str:
    """The internal note, as safe HTML, with its visible marker line.

    `asked` is a sentence that names who is asked to sign.
    """
    return _render("note.html", {"card": card, "asked": asked})


def plain_note_html(*sentences: str) -> str:
    """A short internal note that is not a draft's."""
    return _render("plain_note.html", {"sentences": sentences})


def marker(short_id: str, rev: int) -> str:
    """The line that every draft's note ends with."""
    return f"Bookbag draft {short_id} rev {rev}"


def action_words(action: ActionRequest) -> str:
    """``refund 54.20 USD on #1002``, ``send order #1002 again (worth 61.00 USD)``."""
    number = f"#{action.order.removeprefix('#')}" if action.order is not None else None
    deed = _DEEDS.get(action.type) if number and action.amount is None else None
    if deed is not None:
        words = [deed.format(order=number)]
    else:
        words = [action.type.removeprefix("custom:").replace("_", " ")]
        if action.amount is not None:
            words.append(str(action.amount))
        if number is not None:
            words.append(f"on {number}")
    if action.amount is None and action.value is not None:
        words.append(f"(worth {action.value})")
    return " ".join(words)


def approvers_words(roles: Sequence[str]) -> str:
    """``a lead or an admin``; ``anyone on the team`` where every role will do."""
    if set(roles) >= _EVERY_SIGNER:
        return "anyone on the team"
    articles = {Role.AGENT: "an agent", Role.LEAD: "a lead", Role.ADMIN: "an admin"}
    return " or ".join(articles.get(Role(role), str(role)) for role in roles)


def people_words(roles: Sequence[str], count: int, *, more: bool = False) -> str:
    """``two admins``; with `more`: ``one more lead or admin``."""
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    if more:
        number = f"{number} more"
    if set(roles) >= _EVERY_SIGNER:
        return f"{number} {'person' if count == 1 else 'people'} on the team"
    ending = "" if count == 1 else "s"
    return f"{number} {' or '.join(f'{role}{ending}' for role in roles)}"


def _made_from(draft: DraftRow) -> str:
    """``Confidence 84 % · refund request · English · from macro “Refund of the order”``."""
    parts = []
    if draft.confidence is not None:
        parts.append(f"Confidence {int(draft.confidence * _PERCENT)} %")
    if draft.intent:
        parts.append(draft.intent.replace("_", " "))
    if draft.language:
        parts.append(LANGUAGES.get(draft.language, draft.language))
    parts += [f"from {source['kind']} “{source['title']}”" for source in draft.sources]
    return " · ".join(parts)


def _headline(held: Held) -> str:
    decision = held.decision
    if decision is not None and decision.oversight is Oversight.BLOCK:
        return "The AI must not answer this message"
    if decision is None or held.draft.text is None:
        return "No draft for this message"
    if decision.oversight is Oversight.AUTO:
        return "This reply is sent automatically"
    if decision.oversight is Oversight.REVIEW:
        return "Draft reply, ready for your review"
    if decision.approvals > 1:
        people = people_words(decision.approvers, decision.approvals)
    else:
        people = approvers_words(decision.approvers)
    return f"Draft reply, needs approval by {people}"


def _command(held: Held) -> str | None:
    if held.draft.text is None or held.oversight not in (Oversight.REVIEW, Oversight.APPROVAL):
        return None
    if held.insert_only and held.oversight is Oversight.REVIEW:
        return None
    return f"/approve {held.draft.short_id}{_DONE_HINT if held.actions else ''}"


def _render(template: str, values: Mapping[str, object]) -> str:
    return _templates().get_template(template).render(**values).strip()


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("plugin", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["marker"] = marker
    return environment
