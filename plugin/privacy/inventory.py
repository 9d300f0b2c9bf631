"""Every column of every table, by whose data it holds. A test fails for one that is not here.

What is marked as a customer's is exported and erased: `wiping` says what stands in its place. Ids,
labels, times and amounts stay, so that totals, limits and the audit hold. docs/privacy.md tells
the same to people, a row for each kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Holds(StrEnum):
    """Whose data a column holds.

    `ID` is a number or name of ours, the helpdesk's or the shop's; `LABEL` a state, a time, an
    amount or a word of a fixed list; `MERCHANT` what the merchant wrote for all customers; `PEOPLE`
    the merchant's own people.
    """

    ID = "id"
    LABEL = "label"
    MERCHANT = "merchant"
    PEOPLE = "people"
    SECRET = "secret"  # noqa: S105 (a kind of column)
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Kept:
    """A table.

    Attributes:
        kind: Under which name docs and retention speak of it.
        columns: What each column holds.
    """

    kind: str
    columns: Mapping[str, Holds]

    @property
    def of_customers(self) -> frozenset[str]:
        """The columns that hold customers' data."""
        return frozenset(name for name, holds in self.columns.items() if holds is Holds.CUSTOMER)


def _table(kind: str, **columns: str) -> Kept:
    found = {"id": Holds.ID, "merchant_id": Holds.ID}
    for holds, names in columns.items():
        found |= dict.fromkeys(names.split(), Holds[holds.upper()])
    return Kept(kind, found)


INVENTORY: Mapping[str, Kept] = {
    "bb_merchant": Kept(
        "settings",
        {
            "id": Holds.ID,
            "name": Holds.MERCHANT,
            "created_at": Holds.LABEL,
            "habits": Holds.LABEL,
        },
    ),
    "bb_account": _table(
        "settings",
        label="helpdesk status_after_send make_private_on_bypass created_at",
        merchant="url vendor_account app_key app_audience",
        secret="credentials",  # noqa: S106 (a column's name)
    ),
    "bb_webhook_secret": _table("settings", id="account_id", label="created_at", secret="secret"),  # noqa: S106 (a column's name)
    "bb_grant": _table(
        "settings",
        id="account_id",
        label="version expires_at given_at renewed_at lost_at renewer renewer_until",
        secret="tokens",  # noqa: S106 (a column's name)
    ),
    "bb_pending_connection": _table(
        "settings",
        id="person_id connected_id",
        label="helpdesk created_at expires_at used_at failure",
        merchant="url client_id wanted",
        secret="digest secrets",  # noqa: S106 (columns' names)
    ),
    "bb_shop": _table("settings", label="kind created_at", merchant="url", secret="token"),  # noqa: S106 (a column's name)
    "bb_approver_group": _table("settings", id="account_id group_id", label="role"),
    "bb_chat_hook": _table("settings", label="created_at", secret="url"),  # noqa: S106 (a column's name)
    "bb_installed": _table(
        "settings",
        id="account_id vendor_id",
        label="key kind made installed_at",
        merchant="name before asked wrote",
    ),
    "bb_policy_version": _table(
        "settings", label="number activated_at", merchant="source why", people="activated_by"
    ),
    "bb_macro_set": _table("settings", label="number loaded_at", merchant="source"),
    "bb_merchant_privacy": _table("settings", label="learning retention", secret="salt"),  # noqa: S106 (a column's name)
    "bb_reconciliation": _table(
        "settings",
        id="account_id cursor",
        label="since due_at begun_at checked_at found found_at error failing_since gap_from gap_to",
    ),
    "bb_rate": _table("settings", id="account_id name", label="most spent closed_until used_at"),
    "bb_worker_lease": Kept("settings", {"id": Holds.ID, "beat_at": Holds.LABEL}),
    "bb_person": _table(
        "people",
        id="account_id delegate_id",
        label="role limit_minor limit_currency away_until created_at deactivated_at",
        people="email name helpdesk_user",
    ),
    "bb_sign_in_link": _table(
        "sign_ins",
        id="person_id",
        label="expires_at used_at purpose",
        secret="digest",  # noqa: S106 (a column's name)
    ),
    "bb_web_session": _table(
        "sign_ins",
        id="person_id",
        label="created_at expires_at surface last_seen_at",
        secret="digest",  # noqa: S106 (a column's name)
    ),
    "bb_password": _table(
        "sign_ins",
        id="person_id",
        label="changed_at",
        secret="hash",  # noqa: S106 (a column's name)
    ),
    "bb_subject": _table(
        "sign_ins", id="person_id", label="pinned_at", merchant="issuer", people="subject"
    ),
    "bb_inbox": _table(
        "webhooks",
        id="account_id event_id ticket_id message_id",
        label="kind vendor_type received_at state reason attempts due_at finished_at erased_at",
        customer="body",
    ),
    "bb_draft": _table(
        "texts",
        id="account_id ticket_id message_id short_id open_short_id opened_for inserted_by"
        " claimed_by",
        label="rev state intent language confidence drafter inserted_at bypassed round created_at"
        " state_at due_at erased_at claimed_at sign_by signer minus_stake stake_currency",
        customer="text note sources facts reading subject customer_name message_text topics"
        " attachments final_text",
    ),
    "bb_decision": _table(
        "texts",
        id="draft_id",
        label="rev policy_number oversight approvals approvers deadline_at escalate_to"
        " escalated_at remind_at tags decided_at",
        merchant="advice",
        customer="policies held_because headroom",
    ),
    "bb_action": _table(
        "texts",
        id="draft_id done_by",
        label="rev position type amount_minor value_minor currency done_at",
        customer="order_id customer items origins",
    ),
    "bb_verdict": _table(
        "texts",
        id="draft_id person_id source",
        label="rev kind surface counts reason_kind seen_ms quick signed_policy created_at",
        # The digest would confirm a guess at the text.
        customer="text reason action_changes signed_digest",
    ),
    "bb_correction": _table(
        "texts",
        id="draft_id account_id ticket_id message_id author",
        label="outcome material hter similarity ops created_at taken_back_at erased_at",
        customer="draft_text final_text",
    ),
    "bb_bypass": _table(
        "texts",
        id="account_id ticket_id draft_id message_id author",
        label="rev by_app created_at taken_back_at",
    ),
    "bb_effect": _table(
        "notes",
        id="account_id ticket_id draft_id key claim receipt_id",
        label="kind state attempts attempting_at due_at receipt_at error created_at erased_at",
        customer="payload",
    ),
    "bb_reservation": _table(
        "limits",
        id="draft_id agent",
        label="position state type amount_minor currency reserved_at erased_at",
        customer="customer order_id household",
    ),
    "bb_ticket_customer": _table(
        "customers", id="account_id ticket_id", label="seen_at", customer="customer_id email"
    ),
    "bb_audit": _table(
        "audit",
        id="draft_id actor",
        label="at event detail number text_digest previous digest",
    ),
    "bb_audit_text": _table("audit", id="audit_id", secret="salt", customer="text"),  # noqa: S106 (a column's name)
    "bb_audit_head": _table("audit", label="number digest", secret="seal"),  # noqa: S106 (a column's name)
    "bb_erasure": _table(
        "erasures",
        id="asked_by",
        label="why counts begun_at done_at",
        secret="digest",  # noqa: S106 (a column's name)
    ),
    "bb_erased_ticket": _table(
        "erasures", id="erasure_id account_id ticket_id", label="at done_at"
    ),
}
KINDS = frozenset(kept.kind for kept in INVENTORY.values())
