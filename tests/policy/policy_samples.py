"""Short ways to write policy files, drafts and facts in tests."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import settings

from connectors.types import ActionRequest, Money
from plugin.models import Decision, Draft, Facts
from plugin.policy.decide import decide
from plugin.policy.load import load

# A busy machine is no failure.
unhurried = settings(deadline=None)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

EXAMPLE = """
version: 1
currency: USD
rates: {EUR: "1.08", GBP: "1.27"}                  # one unit in the file's currency
defaults: {require: review, deadline: 4h}           # optional; these are the defaults
policies:
  - id: big-refund
    when: {action: refund, amount_over: 50.00}      # one value or a list; all must hold
    require: approval                               # review | approval | block
    approvers: [lead]                               # agent | lead | admin; default lead
    approvals: 1                                    # distinct people
    deadline: 2h
    escalate_to: admin
    tag: big_refund
    note: Check the photo before you sign.
  - id: complaints
    tags: [complaint, legal_threat]                 # ticket tags mapped to oversight: any of these
    require: approval
  - id: order-status-autopilot
    when: {intent: order_status, confidence_at_least: 0.90, actions: none}
    allow: auto                                     # only where nothing stricter fires
"""


def action(
    kind: str = "refund", amount: str | None = None, currency: str = "USD", **more: str
) -> ActionRequest:
    value = more.get("value")
    return ActionRequest(
        kind,
        amount=None if amount is None else Money(Decimal(amount), currency),
        value=None if value is None else Money(Decimal(value), currency),
    )


def draft(
    *actions: ActionRequest,
    text: str | None = "Hello, your parcel is on its way.",
    intent: str | None = "order_status",
    confidence: str | None = "0.95",
    language: str | None = "en",
) -> Draft:
    return Draft(
        text, intent, None if confidence is None else Decimal(confidence), language, actions
    )


def one_policy(when: str, *, verdict: str = "require: approval", head: str = "") -> str:
    head = head or 'currency: USD\nrates: {EUR: "1.08"}'
    return f"version: 1\n{head}\npolicies:\n  - id: p\n    {verdict}\n    when: {when}\n"


def decided(source: str, draft_: Draft, facts: Facts | None = None) -> Decision:
    return decide(load(source), draft_, facts or Facts(language="en", channel="email"))


def reason(source: str, draft_: Draft, facts: Facts | None = None) -> str | None:
    """Why the only policy of the file matched; None where it did not."""
    hits = decided(source, draft_, facts).policies
    return hits[0].reason if hits else None
