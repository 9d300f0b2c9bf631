"""What an approval is bound to, and whether that still is what it was.

A signature is given on one revision of a draft: its text, its actions with amounts and order, the
facts and the version of the policies. A digest of all that stands with the signature. Before one
counts as the last, and before anything leaves, three things are looked at again: the policies in
force, the orders as the shop has them now, and the digest. Where one of them is another, what was
signed is void and the draft waits anew, with the reason.

A draft with actions whose order cannot be read does not leave. A reply without actions does, unless
its decision rested on the order.
"""

import hashlib
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.orm import Session

from connectors.deadline import not_after
from connectors.errors import ConnectorError, UnavailableError
from connectors.types import ActionRequest
from plugin import facts
from plugin.judgement import Renewal, is_stricter, judge_again, renew, renew_if_stricter
from plugin.models import Decision, DraftState, Facts, Oversight
from plugin.order_facts import belongs_to, changes, done_to, seen_of
from plugin.order_seen import OrderSeen
from plugin.policy.model import PolicyFile
from plugin.runtime import Runtime
from plugin.store import verdicts
from plugin.store.columns import storable
from plugin.store.drafts import Held, action_of
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

# A person waits for it; what could not be read by then is read again before the reply leaves.
LOOK_SECONDS = 5.0
_LOOK_AGAIN = " Please look again."
_UNSIGNED = "What would go out is not what was signed, so no signature counts any more."


class OrderUnreadError(UnavailableError):
    """The shop could not be read, so nobody knows whether a draft's order is what it was."""

    reason = "order_unread"


@dataclass(frozen=True, slots=True)
class Look:
    """The orders of one revision of a draft, as the shop has them now.

    Attributes:
        orders: By id; None where the shop has no such order of this customer (any more).
        unread: Why they could not be read; `orders` says nothing then.
    """

    rev: int
    orders: Mapping[str, OrderSeen | None]
    unread: ConnectorError | None = None


def signed_digest(held: Held, *, text: str) -> str:
    """Names all that a signature under `text` is given on, and nothing else."""
    draft = held.draft
    signed = {
        "draft": draft.id,
        "rev": draft.rev,
        "text": storable(text),
        "actions": [
            [
                row.position,
                row.type,
                row.amount_minor,
                row.value_minor,
                row.currency,
                row.order_id,
                row.customer,
                list(row.items),
            ]
            for row in held.actions
        ],
        "facts": draft.facts,
        "policy": held.decision.policy_number if held.decision else None,
    }
    return hashlib.sha256(json.dumps(signed, sort_keys=True).encode()).hexdigest()


def offered(held: Held) -> str:
    """The text that would go out."""
    return held.draft.final_text or held.draft.text or ""


def look(runtime: Runtime, scope: Scope, held: Held, *, seconds: float | None = None) -> Look:
    """Read the draft's orders from the shop again. Never inside a transaction: it may take long.

    Args:
        runtime: The service.
        scope: Whose draft.
        held: As it stands now.
        seconds: Give up after so long; None: as long as the connector's own patience lasts.
    """
    known = facts.from_record(held.draft.facts)
    rev = held.draft.rev
    if not known.orders:
        return Look(rev, {})
    try:
        if seconds is None:
            found = _read(runtime, scope, known)
        else:
            with not_after(time.monotonic() + seconds):
                found = _read(runtime, scope, known)
    except ConnectorError as error:
        log.warning("order_unread", draft=held.draft.id, reason=error.reason)
        return Look(rev, {}, unread=error)
    return Look(rev, found)


def void_if_changed(
    runtime: Runtime,
    session: Session,
    scope: Scope,
    held: Held,
    seen: Look,
    *,
    said_done: Sequence[ActionRequest] = (),
) -> str | None:
    """Void what was signed where that is not any more what it was given on.

    Args:
        runtime: The service.
        session: Holds the draft's lock.
        scope: Whose.
        held: Awaiting or approved.
        seen: Its orders, read a moment ago.
        said_done: Actions that somebody is just saying they have done, as they have done them.

    Returns:
        A sentence for whoever acts on it; None where all is as it was.
    """
    return (
        renew_if_stricter(runtime, session, scope, held)
        or _renew_if_orders_changed(runtime, session, scope, held, seen, said_done=said_done)
        or _renew_if_signed_otherwise(runtime, session, scope, held)
    )


def must_wait(runtime: Runtime, session: Session, scope: Scope, held: Held, seen: Look) -> bool:
    """Whether it must not leave before its orders could be read.

    A wrong credential of the shop is waited for as well: an admin may mend it.
    """
    if seen.unread is None or seen.rev != held.draft.rev:
        return False
    return bool(held.actions) or _rests_on_orders(
        session, scope, runtime.policy(session, scope).file, held
    )


def orders_changed(
    held: Held, seen: Look, *, said_done: Sequence[ActionRequest] = ()
) -> tuple[str, ...]:
    """What of its orders is other than the draft's facts have it, a sentence each."""
    if seen.rev != held.draft.rev or seen.unread is not None:
        return ()
    since = "this was drafted" if held.draft.state.is_awaiting else "this was signed"
    done = (*(action_of(row) for row in held.actions if row.done_at is not None), *said_done)
    return tuple(
        sentence
        for then in facts.from_record(held.draft.facts).orders
        for sentence in changes(then, seen.orders.get(then.id), done_to(then.id, done), since)
    )


def _read(runtime: Runtime, scope: Scope, known: Facts) -> Mapping[str, OrderSeen | None]:
    return {order.id: _found(runtime, scope, order.id, known) for order in known.orders}


def _found(runtime: Runtime, scope: Scope, order_id: str, known: Facts) -> OrderSeen | None:
    """The customer's order in whichever shop has it.

    Raises:
        ConnectorError: It was found in none, and one could not be read.
    """
    failed: ConnectorError | None = None
    for shop in runtime.shops(scope):
        try:
            order = shop.order(order_id)
        except ConnectorError as error:
            failed = error
            continue
        if order is not None and belongs_to(order, known):
            return seen_of(order)
    if failed is not None:
        raise failed
    return None


def _renew_if_orders_changed(
    runtime: Runtime,
    session: Session,
    scope: Scope,
    held: Held,
    seen: Look,
    *,
    said_done: Sequence[ActionRequest] = (),
) -> str | None:
    words = orders_changed(held, seen, said_done=said_done)
    if not words or held.decision is None:
        return None
    in_force = runtime.policy(session, scope)
    before = facts.from_record(held.draft.facts)
    known = facts.renewed(before, seen.orders, at=runtime.now())
    edit = held.draft.final_text
    again = judge_again(session, scope, in_force.file, held, text=edit, known=known)
    if not _speaks_of(held, before) and not is_stricter(again, held.decision):
        return None
    automatic = held.oversight is Oversight.AUTO
    text = None if automatic else edit
    renewal = Renewal("order_changed", again, in_force, words=words, known=known, text=text)
    renew(runtime, session, scope, held, renewal)
    return " ".join(words) + _LOOK_AGAIN


def _renew_if_signed_otherwise(
    runtime: Runtime, session: Session, scope: Scope, held: Held
) -> str | None:
    draft, decision = held.draft, held.decision
    if decision is None or decision.oversight is Oversight.AUTO:
        return None
    signed = verdicts.signatures(session, scope, draft.id, draft.rev)
    wanted = signed_digest(held, text=offered(held))
    lacks = draft.state is DraftState.APPROVED and len(signed) < max(1, decision.approvals)
    if not lacks and all(digest == wanted for digest in signed.values()):
        return None
    in_force = runtime.policy(session, scope)
    again = judge_again(session, scope, in_force.file, held, text=draft.final_text)
    words = (_UNSIGNED,)
    text = draft.final_text
    renewal = Renewal("signed_otherwise", again, in_force, words=words, text=text)
    renew(runtime, session, scope, held, renewal)
    log.error("signed_otherwise", draft=draft.id)
    return _UNSIGNED + _LOOK_AGAIN


def _speaks_of(held: Held, known: Facts) -> bool:
    """Whether it does anything, or its words name one of its orders."""
    if held.actions:
        return True
    text = offered(held)
    return any(
        re.search(rf"(?<!\w){re.escape(order.id.removeprefix('#'))}(?!\w)", text)
        for order in known.orders
    )


def _rests_on_orders(session: Session, scope: Scope, file: PolicyFile, held: Held) -> bool:
    """Whether the decision would be another if nothing were known of its orders.

    What is not known makes a policy fire that would hold it, and none that would release it. So
    where the decision stays the same, no change of the orders could make it stricter.
    """
    known = facts.from_record(held.draft.facts)
    unknown = replace(known, order=None, household=None)
    edit = held.draft.final_text
    with_it, without = (
        judge_again(session, scope, file, held, text=edit, known=each) for each in (known, unknown)
    )
    return _substance(with_it) != _substance(without)


def _substance(decision: Decision) -> tuple[object, ...]:
    return (
        decision.oversight,
        decision.approvals,
        [role.value for role in decision.approvers],
        [hit.id for hit in decision.policies],
    )
