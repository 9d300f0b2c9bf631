"""The tags that a ticket carries: the table of states, mirrored in the helpdesk."""

from collections.abc import Mapping

from plugin.models import DraftState, Oversight

_S = DraftState

TAG_PREFIX = "bookbag_"
TAG_DRAFT = "bookbag_draft"
TAG_NO_DRAFT = "bookbag_no_draft"
TAG_APPROVAL_REQUIRED = "bookbag_approval_required"
TAG_APPROVED = "bookbag_approved"
TAG_BLOCKED = "bookbag_blocked"
TAG_REJECTED = "bookbag_rejected"
TAG_SENT = "bookbag_sent"
TAG_EXPIRED = "bookbag_expired"
TAG_DELIVERY_FAILED = "bookbag_delivery_failed"
TAG_DELIVERY_UNKNOWN = "bookbag_delivery_unknown"
TAG_BYPASS = "bookbag_bypass"

# The tags a ticket carries while its draft stands in a state. The policies' own come on top and
# stay for the merchant's reports until a newer draft replaces this one.
_STATE_TAGS: Mapping[DraftState, frozenset[str]] = {
    _S.NO_DRAFT: frozenset({TAG_NO_DRAFT}),
    _S.AWAITING_REVIEW: frozenset({TAG_DRAFT}),
    _S.AWAITING_APPROVAL: frozenset({TAG_DRAFT, TAG_APPROVAL_REQUIRED}),
    _S.APPROVED: frozenset({TAG_DRAFT, TAG_APPROVED}),
    _S.DELIVERING: frozenset({TAG_DRAFT, TAG_APPROVED}),
    _S.BLOCKED: frozenset({TAG_BLOCKED}),
    _S.REJECTED: frozenset({TAG_REJECTED}),
    _S.EXPIRED: frozenset({TAG_DRAFT, TAG_APPROVAL_REQUIRED, TAG_EXPIRED}),
    _S.DELIVERED: frozenset({TAG_SENT}),
    _S.SENT_BY_AGENT: frozenset({TAG_SENT}),
    _S.DELIVERY_FAILED: frozenset({TAG_DRAFT, TAG_APPROVED, TAG_DELIVERY_FAILED}),
    _S.DELIVERY_UNKNOWN: frozenset({TAG_DRAFT, TAG_APPROVED, TAG_DELIVERY_UNKNOWN}),
}
OUR_TAGS = frozenset({TAG_BYPASS}).union(*_STATE_TAGS.values())
_WITHOUT_POLICY_TAGS = frozenset({_S.DRAFTING, _S.NO_DRAFT, _S.STALE})


def tags_of(
    state: DraftState, oversight: Oversight | None, policy_tags: frozenset[str]
) -> frozenset[str]:
    """The tags a ticket mirrors for its latest draft; the table of states, as tags.

    An automatic draft never carries `bookbag_approved`: nobody approved it. A rejected one keeps
    the approval tag if it was held for approval.
    """
    tags = set(_STATE_TAGS.get(state, frozenset()))
    if oversight is Oversight.AUTO:
        tags.discard(TAG_APPROVED)
    if state is DraftState.REJECTED and oversight is Oversight.APPROVAL:
        tags.add(TAG_APPROVAL_REQUIRED)
    if state not in _WITHOUT_POLICY_TAGS:
        tags |= policy_tags
    return frozenset(tags)
