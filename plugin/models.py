"""The product's words as types: drafts, facts, decisions, verdicts, and the table of states.

Pure: no clock, network, database or web. All of the service speaks in these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from connectors.types import ActionRequest, Item, Money
from plugin.order_seen import OrderSeen

ACTION_TYPES = frozenset(
    {
        "refund",
        "store_credit",
        "discount",
        "reship",
        "replacement",
        "cancel_order",
        "address_change",
        "return_label",
    }
)
MONEYLESS_ACTIONS = frozenset({"cancel_order", "address_change", "return_label"})
CUSTOM_ACTION_PREFIX = "custom:"


def known_action(action_type: str) -> bool:
    """Whether interfaces name it, or it is a merchant's own ``custom:<name>``."""
    name = action_type.removeprefix(CUSTOM_ACTION_PREFIX)
    return action_type in ACTION_TYPES or 0 < len(name) < len(action_type)


class Role(StrEnum):
    """What a person may do with us. Each may do what those before it may, but for the auditor."""

    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"
    AUDITOR = "auditor"

    def may_sign_for(self, role: "Role") -> bool:
        """A higher role may sign for a lower one; an auditor signs nothing."""
        return {self, role} <= set(_SIGNERS) and _SIGNERS.index(self) >= _SIGNERS.index(role)


_SIGNERS = (Role.AGENT, Role.LEAD, Role.ADMIN)


class Oversight(StrEnum):
    """How closely a draft is watched, from loosest to strictest."""

    AUTO = "auto"
    REVIEW = "review"
    APPROVAL = "approval"
    BLOCK = "block"

    @property
    def rank(self) -> int:
        """0 for auto to 3 for block; the larger wins."""
        return _RANKS[self]


_RANKS = {oversight: rank for rank, oversight in enumerate(Oversight)}


@dataclass(frozen=True, slots=True)
class Source:
    """What a draft was made from: a macro or a knowledge article."""

    kind: str
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The AI's proposed reply to one customer message.

    Attributes:
        text: None where the drafter found nothing good enough.
        confidence: 0 to 1; None where it is not known.
        language: ISO 639-1, of the reply.
        drafter: Name and version of who drafted.
        note: One plain sentence for the agent, such as why there is no draft.
        given: What the drafter was given beside the request: the merchant's texts, filled in facts.
    """

    text: str | None
    intent: str | None
    confidence: Decimal | None
    language: str | None
    actions: tuple[ActionRequest, ...] = ()
    sources: tuple[Source, ...] = ()
    drafter: str = ""
    note: str | None = None
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What is known of the order. Policies ask for the first two. None: not known."""

    total: Money | None = None
    placed_at: datetime | None = None
    status: str | None = None
    refunded: Money | None = None
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a policy may know beside the draft. None means not known, and is never guessed.

    Attributes:
        message: All that the customer wrote since the last reply, without quoted history.
        follows_unanswered: Some of that came before the message that the draft answers.
        grounded: Strings the drafter was given; None: grounding is not judged.
        customer: Whose actions these are, where an action names nobody.
        agent: Who is answering.
        insert_only: No reply of ours reaches the customer where they wrote; an agent sends it.
        at: When the decision is made.
        orders: The orders that the draft stands on, as the shop had them.
        origins: Where each fact came from, by its name: ``{"order": "shop order 1002"}``.
    """

    message: str | None = None
    follows_unanswered: bool = False
    tags: frozenset[str] = frozenset()
    channel: str | None = None
    language: str | None = None
    order: OrderFacts | None = None
    segment: Mapping[str, str] | None = None
    household: str | None = None
    novel: bool | None = None
    grounded: frozenset[str] | None = None
    customer: str | None = None
    agent: str | None = None
    insert_only: bool = False
    at: datetime | None = None
    orders: tuple[OrderSeen, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PolicyHit:
    """A policy that matched, and why in one plain sentence."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The policy engine's answer for one draft.

    Attributes:
        approvals: Distinct people needed; 0 unless oversight is approval.
        approvers: Roles any of which may sign; empty unless oversight is approval.
        deadline: Seconds until an approval is overdue; None where there is none.
        policies: Every match in file order, beaten ``allow``s included; empty when the default
            applied.
        tags: The policies' own tags, never ours.
        held_because: One plain sentence a reason for the oversight, built-in rules included.
        advice: The policies' own notes for the agent.
        headroom: What is left of each limit that this draft counts for, one sentence a limit.
    """

    oversight: Oversight
    approvals: int = 0
    approvers: tuple[Role, ...] = ()
    deadline: int | None = None
    escalate_to: Role | None = None
    policies: tuple[PolicyHit, ...] = ()
    tags: tuple[str, ...] = ()
    held_because: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    headroom: tuple[str, ...] = ()


class VerdictKind(StrEnum):
    """A person's answer to a draft.

    `STEP_BACK` takes a `RESPOND` back, `UNDO` the last approval in time, `REGENERATE` asks for
    another draft. The last three decide about a reply that failed or of which nobody knows whether
    it went out.
    """

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    RESPOND = "respond"
    STEP_BACK = "step_back"
    REGENERATE = "regenerate"
    UNDO = "undo"
    SEND_AGAIN = "send_again"
    WAS_SENT = "was_sent"
    WAS_ANSWERED = "was_answered"


class RejectReason(StrEnum):
    """What was wrong with a rejected draft, in short."""

    WRONG_AMOUNT = "wrong_amount"
    WRONG_FACTS = "wrong_facts"
    TONE = "tone"
    POLICY = "policy"
    UNSAFE = "unsafe"
    NOT_WHAT_WAS_ASKED = "not_what_was_asked"
    LANGUAGE = "language"
    OTHER = "other"


class Surface(StrEnum):
    """Where a verdict was given. `BATCH`: to several like it at once, in the queue."""

    SIDEBAR = "sidebar"
    REVIEW_PAGE = "review_page"
    NOTE = "note"
    BATCH = "batch"


class Outcome(StrEnum):
    """What became of a draft's text."""

    SENT_AS_IS = "sent_as_is"
    COSMETIC = "cosmetic"
    LIGHT_EDIT = "light_edit"
    HEAVY_EDIT = "heavy_edit"
    REWRITTEN = "rewritten"
    DISCARDED = "discarded"
    IGNORED = "ignored"


class InboxState(StrEnum):
    """What became of a webhook."""

    ACCEPTED = "accepted"
    DONE = "done"
    IGNORED = "ignored"
    FAILED = "failed"


class EffectKind(StrEnum):
    """An outside side effect that must happen once; mail and chat at least once, in few tries.

    `HIDE` makes a public message an internal note.
    """

    NOTE = "note"
    TAGS = "tags"
    REPLY = "reply"
    ASSIGN = "assign"
    HIDE = "hide"
    MAIL = "mail"
    CHAT = "chat"


# They tell people and hold up nothing; they are given up after a few tries.
TELLING = frozenset({EffectKind.MAIL, EffectKind.CHAT})


class Occasion(StrEnum):
    """What whoever may sign a draft, or signed it, is told of."""

    AWAITING = "awaiting"
    REMINDER = "reminder"
    ESCALATED = "escalated"
    EXPIRED = "expired"
    VOIDED = "voided"
    BYPASSED = "bypassed"


class EffectState(StrEnum):
    """planned -> attempting -> done | unknown | failed."""

    PLANNED = "planned"
    ATTEMPTING = "attempting"
    DONE = "done"
    UNKNOWN = "unknown"
    FAILED = "failed"


class DraftState(StrEnum):
    """Where a draft stands; `MOVES` says from where to where it may go."""

    DRAFTING = "drafting"
    NO_DRAFT = "no_draft"
    AWAITING_REVIEW = "awaiting_review"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    BLOCKED = "blocked"
    REJECTED = "rejected"
    EXPIRED = "expired"
    STALE = "stale"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERY_UNKNOWN = "delivery_unknown"
    SENT_BY_AGENT = "sent_by_agent"
    ANSWERED = "answered"

    @property
    def words(self) -> str:
        """For a sentence: ``awaiting approval``."""
        return self.value.replace("_", " ")

    @property
    def is_awaiting(self) -> bool:
        """A person's verdict is wanted."""
        return self in AWAITING

    @property
    def is_open(self) -> bool:
        """Neither finished nor replaced."""
        return self not in FINISHED


class Per(StrEnum):
    """Whose sum a limit looks at. A household is everybody at one shipping address."""

    CUSTOMER = "customer"
    ORDER = "order"
    HOUSEHOLD = "household"
    AGENT = "agent"
    MERCHANT = "merchant"


class ReservationState(StrEnum):
    """Whether an action's money counts against limits: while it may still be paid, or was."""

    HELD = "held"
    USED = "used"
    RELEASED = "released"


_S = DraftState
AWAITING = frozenset({_S.AWAITING_REVIEW, _S.AWAITING_APPROVAL})
FINISHED = frozenset({_S.DELIVERED, _S.SENT_BY_AGENT, _S.ANSWERED, _S.STALE})
UNDELIVERED = frozenset({_S.DELIVERY_FAILED, _S.DELIVERY_UNKNOWN})
BECOMES_STALE = frozenset(DraftState) - FINISHED - {_S.DELIVERING}

# Why a draft is stale though the customer did not write again, by the audit's word for it.
SET_ASIDE: Mapping[str, str] = {
    "made_private": "the customer's message was made an internal note",
    "merged": "its ticket was merged into another",
}

_ANSWERABLE = AWAITING | {_S.APPROVED, _S.REJECTED, _S.EXPIRED}
MOVES: Mapping[DraftState, frozenset[DraftState]] = {
    state: frozenset(
        target
        for sources, target in (
            ({_S.DRAFTING}, _S.NO_DRAFT),
            ({_S.DRAFTING, _S.APPROVED}, _S.AWAITING_REVIEW),
            ({_S.DRAFTING, _S.APPROVED}, _S.AWAITING_APPROVAL),
            ({_S.DRAFTING, _S.DELIVERY_FAILED, _S.DELIVERY_UNKNOWN} | AWAITING, _S.APPROVED),
            ({_S.DRAFTING}, _S.BLOCKED),
            (AWAITING, _S.REJECTED),
            (AWAITING, _S.DRAFTING),
            (_ANSWERABLE, _S.SENT_BY_AGENT),
            (
                _ANSWERABLE | {_S.BLOCKED, _S.NO_DRAFT, _S.DELIVERY_FAILED, _S.DELIVERY_UNKNOWN},
                _S.ANSWERED,
            ),
            ({_S.AWAITING_APPROVAL}, _S.EXPIRED),
            (BECOMES_STALE, _S.STALE),
            ({_S.APPROVED}, _S.DELIVERING),
            ({_S.DELIVERING, _S.DELIVERY_FAILED, _S.DELIVERY_UNKNOWN}, _S.DELIVERED),
            ({_S.DELIVERING}, _S.DELIVERY_FAILED),
            ({_S.DELIVERING}, _S.DELIVERY_UNKNOWN),
        )
        if state in sources
    )
    for state in DraftState
}
