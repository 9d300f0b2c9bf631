"""A row of the audit in one line, for somebody who looks into what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from plugin.models import DraftState, Surface, VerdictKind
from plugin.store.audit_tables import AuditRow
from plugin.web.history import ANOTHER_APP, SAID, is_by_app, person_of

# What each event is called where one is chosen, and the line that tells of it.
EVENTS: Mapping[str, tuple[str, str]] = {
    "decided": ("Decisions", "held it against the policies"),
    "draft_moved": ("Moves of drafts", "moved a draft"),
    "verdict": ("Verdicts", "gave a verdict"),
    "bypass": ("Bypasses", "answered without the approval that was needed"),
    "our_tags_changed": ("Tags changed", "changed tags of Bookbag on a ticket"),
    "taken_back": ("Taken back", "saw that a message was made an internal note"),
    "not_made_private": ("Not made private", "could not make a reply an internal note"),
    "bypass_set": ("Bypass settings", "chose what becomes of a reply without its approval"),
    "escalated": ("Escalations", "asked the next role, for nobody had signed in time"),
    "inserted": ("Insertions", "put it into their composer"),
    "released": ("Releases", "took it out of their composer again"),
    "reminded": ("Reminders", "reminded those who are asked to sign"),
    "telling_given_up": ("Tellings given up", "could not reach somebody by mail or chat"),
    "claimed": ("Claims", "looks at it"),
    "unclaimed": ("Claims let go", "looks at it no longer"),
    "away": ("Absences", "said who is away until when"),
    "back": ("Returns", "said who is back"),
    "signed_in": ("Sign-ins", "signed in"),
    "password_set": ("Passwords", "chose a password"),
    "subject_pinned": ("Company accounts", "signed in by a company account for the first time"),
    "sessions_ended": ("Sessions ended", "signed somebody out everywhere"),
    "person_invited": ("Invitations", "made an invitation"),
    "person_added": ("People added", "let somebody in"),
    "person_changed": ("People changed", "changed what somebody may"),
    "person_deactivated": ("People deactivated", "deactivated somebody"),
    "person_reactivated": ("People let in again", "let somebody in again"),
    "policy_activated": ("Policies activated", "put policies in force"),
    "macros_loaded": ("Macros loaded", "put macros in use"),
    "merchant_added": ("Merchant added", "made this merchant"),
    "account_added": ("Accounts added", "connected a helpdesk account"),
    "app_added": ("Apps added", "trusted the sidebar of a helpdesk account"),
    "installed": ("Set-ups", "set something up in the helpdesk"),
    "uninstalled": ("Set-ups taken back", "took something back in the helpdesk"),
    "shop_added": ("Shops added", "connected a shop"),
    "credentials_replaced": ("Credentials replaced", "replaced the credentials of an account"),
    "account_connected": ("Accounts connected", "connected a helpdesk account"),
    "grant_lost": (
        "Consents lost",
        "lost the consent for a helpdesk account, which must be connected again",
    ),
    "vendor_account_learned": (
        "Account numbers learned",
        "learned the number of a helpdesk account from its first webhook",
    ),
    "webhook_secret_added": ("Webhook secrets added", "added a secret for webhooks"),
    "group_set": ("Approvers' groups", "chose the helpdesk's group for a role"),
    "chat_set": ("Chats set", "set the chat that approvers are told in"),
    "chat_removed": ("Chats removed", "removed the chat that approvers were told in"),
    "privacy_changed": ("Privacy settings", "changed what is kept or learned from"),
    "habits_on": ("Habits measured", "had it measured how long drafts are in sight"),
    "habits_off": ("Habits not measured", "had it measured no more how long drafts are in sight"),
    "erasure_begun": ("Erasures begun", "began to erase a customer's data"),
    "erased": ("Customers erased", "erased a customer's data"),
    "redaction_followed": ("Redactions", "erased what the helpdesk had redacted"),
    "too_old": ("Retention", "erased what was kept long enough"),
    "event_replayed": ("Webhooks replayed", "took up a webhook again"),
    "reconciled": ("Comparisons", "compared an account with its helpdesk"),
    "changes_not_told": ("Gaps", "could not learn from the helpdesk what had happened"),
    "exported": ("Exports", "took records out"),
    "texts_erased": ("Erasures", "erased texts of the audit"),
}
_WHERE = {
    Surface.SIDEBAR.value: "in the sidebar",
    Surface.REVIEW_PAGE.value: "on the review page",
    Surface.NOTE.value: "by a note",
    Surface.BATCH.value: "together with others",
}
_STATES = {state.value: state.words for state in DraftState}


@dataclass(frozen=True, slots=True)
class Line:
    """One row. `whom` it was done to; `quote`: somebody's own words; `erased`: there were some."""

    number: int
    at: datetime
    who: str
    what: str
    whom: str | None
    draft_id: str | None
    quote: str | None
    erased: bool


def line_of(row: AuditRow, text: Mapping[str, object] | None, names: Mapping[str, str]) -> Line:
    """A row with its text, if it has one still."""
    quote = (text or {}).get("reason") or (text or {}).get("why")
    return Line(
        row.number or 0,
        row.at,
        ANOTHER_APP if is_by_app(row) else _who(row.actor, names),
        " ".join(part for part in (_what(row), _under(row.detail)) if part),
        names.get(str(row.detail.get("person"))),
        row.draft_id,
        str(quote) if quote else None,
        row.text_digest is not None and text is None,
    )


def _who(actor: str, names: Mapping[str, str]) -> str:
    if actor == "command":
        return "Somebody at the command line"
    name = person_of(actor, names)
    return name if name in names.values() else f"{name[0].upper()}{name[1:]}"


def _what(row: AuditRow) -> str:
    detail: Mapping[str, Any] = row.detail
    if row.event == "draft_moved":
        return f"moved it from {_state(detail.get('from'))} to {_state(detail.get('to'))}"
    if row.event == "verdict" and detail.get("verdict") in set(VerdictKind):
        where = _WHERE.get(str(detail.get("surface")), "")
        return f"{SAID[VerdictKind(detail['verdict'])]} {where}".strip()
    told = EVENTS.get(row.event)
    words = told[1] if told else row.event.replace("_", " ")
    if detail.get("version"):
        return f"{words}: version {detail['version']}"
    return words


def _state(name: object) -> str:
    return _STATES.get(str(name), "?")


def _under(detail: Mapping[str, Any]) -> str:
    """The oversight, the policies that fired and their version, where a row has them."""
    oversight = detail.get("oversight")
    if oversight is None:
        return ""
    fired = ", ".join(detail.get("fired") or ()) or "no policy fired"
    number = detail.get("policy")
    return f"({oversight}: {fired}{f', version {number}' if number else ''})"
