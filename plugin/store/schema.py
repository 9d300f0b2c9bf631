"""The tables. Names are design's words; every row but a merchant and a worker lease has an owner.

Money is kept as integer minor units beside its ISO 4217 currency, times in UTC, ids as UUIDv7.
Where a row has `erased_at`, its texts were erased then and its labels stand: `privacy.inventory`.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, String, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from plugin.models import (
    DraftState,
    EffectKind,
    EffectState,
    InboxState,
    Outcome,
    Oversight,
    RejectReason,
    Role,
    Surface,
    VerdictKind,
)
from plugin.store.base import Base, Owned, kept_index
from plugin.store.columns import Json, Minor, Secret, Share

# Where a draft has no deadline: after every deadline, on both databases.
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
_WAITS = "state IN ('awaiting_approval', 'awaiting_review')"


class Merchant(Base):
    """A tenant. `habits`: it is measured how long drafts are in sight before they are approved."""

    __tablename__ = "bb_merchant"

    name: Mapped[str]
    habits: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime]


class Account(Owned):
    """One merchant's connection to one helpdesk. The id is 128 random bits: it stands in URLs.

    `make_private_on_bypass`: a reply that left without its approval is made an internal note.
    `app_key` is the public key (PEM) that the helpdesk signs the sidebar's openings with,
    `app_audience` whom it addresses them to; None where no app is installed.
    """

    __tablename__ = "bb_account"
    __table_args__ = (Index("ix_bb_account_merchant_id", "merchant_id"),)

    helpdesk: Mapped[str]
    url: Mapped[str]
    vendor_account: Mapped[str]
    credentials: Mapped[str] = mapped_column(Secret())
    status_after_send: Mapped[str | None]
    make_private_on_bypass: Mapped[bool] = mapped_column(default=False, server_default=false())
    app_key: Mapped[str | None]
    app_audience: Mapped[str | None]
    created_at: Mapped[datetime]


class WebhookSecret(Owned):
    """A secret an account's webhooks may be signed with; several while one is rotated."""

    __tablename__ = "bb_webhook_secret"

    account_id: Mapped[str] = mapped_column(ForeignKey("bb_account.id"), index=True)
    secret: Mapped[str] = mapped_column(Secret())
    created_at: Mapped[datetime]


class Shop(Owned):
    """Where a merchant's orders are read."""

    __tablename__ = "bb_shop"
    __table_args__ = (Index("ix_bb_shop_merchant_id", "merchant_id"),)

    kind: Mapped[str]
    url: Mapped[str]
    token: Mapped[str] = mapped_column(Secret())
    created_at: Mapped[datetime]


class InboxEvent(Owned):
    """A webhook, stored before it is acknowledged."""

    __tablename__ = "bb_inbox"
    __table_args__ = (
        UniqueConstraint("account_id", "event_id"),
        Index("ix_bb_inbox_merchant", "merchant_id", "id"),
        Index("ix_bb_inbox_merchant_state", "merchant_id", "state", "id"),
        Index("ix_bb_inbox_state_due", "state", "due_at"),
        Index("ix_bb_inbox_ticket", "account_id", "ticket_id", "merchant_id"),
        kept_index("bb_inbox", "received_at"),
    )

    account_id: Mapped[str] = mapped_column(ForeignKey("bb_account.id"))
    event_id: Mapped[str]
    kind: Mapped[str]
    vendor_type: Mapped[str]
    ticket_id: Mapped[str | None]
    message_id: Mapped[str | None]
    body: Mapped[bytes]
    received_at: Mapped[datetime]
    state: Mapped[InboxState]
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class DraftRow(Owned):
    """A draft for one customer message, and where it stands.

    `topics` counts what the message speaks of; None: nobody can tell. `attachments` are the names
    of what came with it. `inserted_by` has the draft in their composer since `inserted_at`.
    `reading` is what its words showed when it came; None where it is older than that is stored.

    `claimed_by` looks at it since `claimed_at`: a courtesy that binds nobody. `sign_by`, `signer`
    (the least role that may sign), `minus_stake` and `stake_currency` are what the queue goes by,
    as `urgency` writes them when the draft begins to wait. The stake is its money in minor units;
    it is negated, so that an index has the largest first.
    """

    __tablename__ = "bb_draft"
    __table_args__ = (
        UniqueConstraint("account_id", "message_id"),
        UniqueConstraint("merchant_id", "open_short_id"),
        Index("ix_bb_draft_merchant_state", "merchant_id", "state", "id"),
        # As each of them writes a boolean in a condition.
        Index(
            "ix_bb_draft_bypassed",
            "merchant_id",
            "id",
            sqlite_where=text("bypassed = 1"),
            postgresql_where=text("bypassed"),
        ),
        Index("ix_bb_draft_merchant_created", "merchant_id", "created_at", "id"),
        Index("ix_bb_draft_merchant_intent", "merchant_id", "intent", "id"),
        # With the merchant in it: else SQLite takes the index by merchant and time for a ticket's.
        Index("ix_bb_draft_ticket", "account_id", "ticket_id", "merchant_id"),
        Index("ix_bb_draft_state_due", "state", "due_at"),
        # The queue in its order. What it is narrowed by stands at the end, so that nothing else is
        # read of those it passes over.
        Index(
            "ix_bb_draft_waiting",
            *("merchant_id", "state", "signer", "sign_by", "minus_stake", "id"),
            *("stake_currency", "intent", "account_id"),
            sqlite_where=text(_WAITS),
            postgresql_where=text(_WAITS),
        ),
        # Else an intent that few have is looked for among all that wait.
        Index(
            "ix_bb_draft_waiting_intent",
            *("merchant_id", "intent", "state", "signer", "sign_by", "minus_stake", "id"),
            *("stake_currency", "account_id"),
            sqlite_where=text(_WAITS),
            postgresql_where=text(_WAITS),
        ),
        Index(
            "ix_bb_draft_claimed",
            *("merchant_id", "claimed_by", "id"),
            sqlite_where=text("claimed_by IS NOT NULL"),
            postgresql_where=text("claimed_by IS NOT NULL"),
        ),
        kept_index("bb_draft", "state_at"),
    )

    account_id: Mapped[str] = mapped_column(ForeignKey("bb_account.id"))
    ticket_id: Mapped[str]
    message_id: Mapped[str]
    short_id: Mapped[str] = mapped_column(String(5))
    open_short_id: Mapped[str | None] = mapped_column(String(5))
    rev: Mapped[int] = mapped_column(default=1)
    state: Mapped[DraftState]
    text: Mapped[str | None]
    intent: Mapped[str | None]
    language: Mapped[str | None]
    confidence: Mapped[Decimal | None] = mapped_column(Share())
    drafter: Mapped[str]
    note: Mapped[str | None]
    sources: Mapped[Any] = mapped_column(Json())
    facts: Mapped[Any] = mapped_column(Json())
    reading: Mapped[Any | None] = mapped_column(Json())
    subject: Mapped[str]
    customer_name: Mapped[str]
    message_text: Mapped[str]
    topics: Mapped[Any] = mapped_column(Json(), nullable=True)
    attachments: Mapped[Any] = mapped_column(Json(), default=list, server_default="[]")
    final_text: Mapped[str | None]
    opened_for: Mapped[str | None] = mapped_column(ForeignKey("bb_person.id"))
    inserted_by: Mapped[str | None]
    inserted_at: Mapped[datetime | None]
    bypassed: Mapped[bool] = mapped_column(default=False)
    round: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    state_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    sign_by: Mapped[datetime] = mapped_column(default=NEVER)
    signer: Mapped[Role] = mapped_column(default=Role.AGENT)
    minus_stake: Mapped[int] = mapped_column(Minor, default=0)
    stake_currency: Mapped[str | None] = mapped_column(String(3))
    erased_at: Mapped[datetime | None]


class DecisionRow(Owned):
    """The policy engine's answer for one revision of a draft, with what it was given.

    `remind_at`: when half of the time is over; None where nobody is to be reminded (any more).
    `escalated_at`: when the deadline passed the first time and `escalate_to` was asked.
    """

    __tablename__ = "bb_decision"
    __table_args__ = (UniqueConstraint("draft_id", "rev"),)

    draft_id: Mapped[str] = mapped_column(ForeignKey("bb_draft.id"))
    rev: Mapped[int]
    policy_number: Mapped[int | None]
    oversight: Mapped[Oversight]
    approvals: Mapped[int]
    approvers: Mapped[Any] = mapped_column(Json())
    deadline_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    escalate_to: Mapped[Role | None]
    escalated_at: Mapped[datetime | None]
    policies: Mapped[Any] = mapped_column(Json())
    tags: Mapped[Any] = mapped_column(Json())
    held_because: Mapped[Any] = mapped_column(Json())
    advice: Mapped[Any] = mapped_column(Json())
    headroom: Mapped[Any] = mapped_column(Json(), default=list, server_default="[]")
    decided_at: Mapped[datetime]


class ActionRow(Owned):
    """An action a draft wants done, in order of `position`.

    `origins`: where each argument came from; None where it is older than that is stored.
    """

    __tablename__ = "bb_action"
    __table_args__ = (UniqueConstraint("draft_id", "rev", "position"),)

    draft_id: Mapped[str] = mapped_column(ForeignKey("bb_draft.id"))
    rev: Mapped[int]
    position: Mapped[int]
    type: Mapped[str]
    amount_minor: Mapped[int | None] = mapped_column(Minor)
    value_minor: Mapped[int | None] = mapped_column(Minor)
    currency: Mapped[str | None] = mapped_column(String(3))
    order_id: Mapped[str | None]
    customer: Mapped[str | None]
    items: Mapped[Any] = mapped_column(Json())
    origins: Mapped[Any | None] = mapped_column(Json())
    done_by: Mapped[str | None] = mapped_column(ForeignKey("bb_person.id"))
    done_at: Mapped[datetime | None]


class VerdictRow(Owned):
    """A person's answer to a draft. `counts` is False once it was undone or voided.

    `seen_ms` is for how long the draft was in sight before, as their browser says, and `quick`
    whether that is faster than reading; None where it was not measured.
    `source` is the helpdesk message it was read from: a note that comes twice is one verdict.
    `signed_digest` names all that an approval was given on, and `signed_policy` the version of the
    policies it was held against; None for other verdicts. `action_changes` is what an edit made of
    the actions, by their positions. `reason` is why a draft was rejected, or the instruction by
    which another is asked for.
    """

    __tablename__ = "bb_verdict"
    __table_args__ = (
        UniqueConstraint("merchant_id", "source"),
        Index("ix_bb_verdict_draft_merchant", "draft_id", "merchant_id"),
        Index(
            "ix_bb_verdict_measured",
            "merchant_id",
            "id",
            sqlite_where=text("quick IS NOT NULL"),
            postgresql_where=text("quick IS NOT NULL"),
        ),
        Index("ix_bb_verdict_merchant_created", "merchant_id", "created_at"),
    )

    draft_id: Mapped[str] = mapped_column(ForeignKey("bb_draft.id"))
    rev: Mapped[int]
    person_id: Mapped[str] = mapped_column(ForeignKey("bb_person.id"))
    kind: Mapped[VerdictKind]
    surface: Mapped[Surface]
    text: Mapped[str | None]
    reason: Mapped[str | None]
    reason_kind: Mapped[RejectReason | None]
    action_changes: Mapped[Any | None] = mapped_column(Json())
    signed_digest: Mapped[str | None] = mapped_column(String(64))
    signed_policy: Mapped[int | None]
    source: Mapped[str | None]
    counts: Mapped[bool] = mapped_column(default=True)
    seen_ms: Mapped[int | None]
    quick: Mapped[bool | None]
    created_at: Mapped[datetime]


class EffectRow(Owned):
    """One outside side effect that must happen once. `key` names it; a second row cannot exist."""

    __tablename__ = "bb_effect"
    __table_args__ = (
        UniqueConstraint("merchant_id", "key"),
        Index("ix_bb_effect_ticket", "account_id", "ticket_id"),
        Index("ix_bb_effect_draft_merchant", "draft_id", "merchant_id"),
        Index("ix_bb_effect_state_kind_due", "state", "kind", "due_at"),
        kept_index("bb_effect", "created_at"),
    )

    account_id: Mapped[str] = mapped_column(ForeignKey("bb_account.id"))
    ticket_id: Mapped[str]
    draft_id: Mapped[str | None] = mapped_column(ForeignKey("bb_draft.id"))
    key: Mapped[str]
    kind: Mapped[EffectKind]
    payload: Mapped[Any] = mapped_column(Json())
    state: Mapped[EffectState]
    claim: Mapped[str | None] = mapped_column(String(36))
    attempts: Mapped[int] = mapped_column(default=0)
    attempting_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    receipt_id: Mapped[str | None]
    receipt_at: Mapped[datetime | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class CorrectionRow(Owned):
    """A draft against what was really sent. Tokens follow from the two texts and are not kept.

    `taken_back_at`: what was sent is not the customer's to see any more.
    """

    __tablename__ = "bb_correction"
    __table_args__ = (
        UniqueConstraint("draft_id", "message_id"),
        Index("ix_bb_correction_merchant", "merchant_id", "id"),
        Index("ix_bb_correction_draft_merchant", "draft_id", "merchant_id"),
    )
    draft_id: Mapped[str] = mapped_column(ForeignKey("bb_draft.id"))
    account_id: Mapped[str] = mapped_column(ForeignKey("bb_account.id"))
    ticket_id: Mapped[str]
    message_id: Mapped[str]
    author: Mapped[str]
    draft_text: Mapped[str]
    final_text: Mapped[str]
    outcome: Mapped[Outcome]
    material: Mapped[bool]
    hter: Mapped[float] = mapped_column(Float())
    similarity: Mapped[float] = mapped_column(Float())
    ops: Mapped[Any] = mapped_column(Json())
    created_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class WorkerLease(Base):
    """A worker's sign of life, by the database's clock (seconds since the epoch)."""

    __tablename__ = "bb_worker_lease"

    beat_at: Mapped[float] = mapped_column(Float())
