"""Runs one outside effect exactly once: claim it, look before doing it again, settle it.

A claim is a lease. Whoever finds an effect that was attempted and never settled looks in the
helpdesk first: found, it is done; a note that is not there is written again, since a second note
harms nobody; a public reply that is not there is never sent again by itself: a person is asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from connectors.base import Helpdesk
from connectors.errors import AmbiguousError, ConnectorError
from connectors.types import Receipt
from plugin.delivery.tags import mirror
from plugin.jobs import JobName
from plugin.models import DraftState, EffectKind, EffectState
from plugin.outbox import ticket_key
from plugin.runtime import Runtime
from plugin.store import drafts, effects, merchants
from plugin.store.schema import EffectRow
from plugin.store.scope import Scope
from plugin.text.tokens import canonical_words

log = structlog.get_logger(__name__)

# Longer than any one call to a helpdesk may take (connectors.http), so that a claim that has run
# out belongs to a worker that is no longer calling.
CLAIM_LEASE = timedelta(seconds=30)
MAX_ATTEMPTS = 12
_FIRST_DELAY_SECONDS = 2
_LONGEST_DELAY_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Settled:
    """How an attempt ended. `receipt` only where it is done."""

    state: EffectState
    receipt: Receipt | None = None
    error: str | None = None


def run_effect(runtime: Runtime, scope: Scope, effect_id: str) -> Settled | None:
    """Do a planned note or change of tags. None where somebody else has it, or it is settled."""
    with runtime.database.read() as session:
        effect = effects.get(session, scope, effect_id)
    if effect is None or effect.kind is EffectKind.REPLY:
        return None
    claimed = claim(runtime, scope, effect)
    if claimed is None:
        return None
    settled = attempt(runtime, scope, effect)
    keep(runtime, scope, effect, claimed, settled)
    return settled


def claim(runtime: Runtime, scope: Scope, effect: EffectRow) -> str | None:
    """Take an effect for this worker. None where it is settled or another worker has it."""
    if effect.state not in (EffectState.PLANNED, EffectState.ATTEMPTING):
        return None
    with runtime.database.write() as session:
        return effects.claim(session, scope, effect, at=runtime.now(), lease=CLAIM_LEASE)


def attempt(runtime: Runtime, scope: Scope, effect: EffectRow) -> Settled:
    """Look for an effect that was attempted before; do it where that is safe."""
    with runtime.database.read() as session:
        account = merchants.account(session, scope, effect.account_id)
    helpdesk: Helpdesk | None = None
    try:
        helpdesk = runtime.helpdesk(account)
        if effect.state is EffectState.ATTEMPTING:
            receipt = look(helpdesk, effect)
            if receipt is not None:
                return Settled(EffectState.DONE, receipt)
            if effect.kind is EffectKind.REPLY:
                return Settled(EffectState.UNKNOWN, error="no trace of an earlier attempt")
        return _do(runtime, scope, helpdesk, effect)
    except ConnectorError as error:
        return _after_error(helpdesk, effect, error)


def keep(runtime: Runtime, scope: Scope, effect: EffectRow, token: str, settled: Settled) -> None:
    """Record how an attempt of a note or a change of tags ended; try later where it may help."""
    with runtime.database.write() as session:
        due = runtime.now() + back_off(effect.attempts)
        kept = effects.settle(
            session,
            scope,
            effect.id,
            token,
            settled.state,
            receipt=settled.receipt,
            error=settled.error,
            due_at=due if settled.state is EffectState.PLANNED else None,
        )
        if kept and settled.state is EffectState.PLANNED:
            runtime.enqueue(
                session,
                JobName.RUN_EFFECT,
                scope,
                effect.id,
                key=f"{effect.id}:{effect.attempts + 1}",
                ticket=ticket_key(effect.account_id, effect.ticket_id),
                delay=back_off(effect.attempts).total_seconds(),
            )
    log.info("effect_settled", effect=effect.id, kind=effect.kind, state=settled.state)


def look(helpdesk: Helpdesk, effect: EffectRow) -> Receipt | None:
    """Find an effect in the helpdesk: by its id, else by what only it can have left behind.

    A reply is recognised by its canonical text after the first attempt, from us or the agent it
    went out as, and only if exactly one message fits.
    """
    found = helpdesk.find_effect(effect.ticket_id, effect.id)
    if found is not None or effect.kind is not EffectKind.REPLY:
        return found
    since = effect.attempting_at or effect.created_at
    wanted = canonical_words(str(effect.payload["text"]))
    authors = {helpdesk.me().id, effect.payload["author"]}
    fitting = [
        message
        for message in helpdesk.conversation(effect.ticket_id)
        if message.public
        and message.author.id in authors
        and message.created_at >= _whole_second(since)
        and canonical_words(message.text) == wanted
    ]
    if len(fitting) != 1:
        return None
    return Receipt(fitting[0].id, fitting[0].created_at)


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubling, at most five minutes."""
    seconds = min(_FIRST_DELAY_SECONDS * 2**attempts, _LONGEST_DELAY_SECONDS)
    return timedelta(seconds=seconds)


def _do(runtime: Runtime, scope: Scope, helpdesk: Helpdesk, effect: EffectRow) -> Settled:
    replying = effect.kind is EffectKind.REPLY
    with runtime.database.read() as session:
        tags = mirror(
            session,
            scope,
            effect.account_id,
            effect.ticket_id,
            as_state=DraftState.DELIVERED if replying else None,
        )
        if effect.kind is EffectKind.NOTE and _superseded(session, scope, effect):
            return Settled(EffectState.FAILED, error="superseded")
    payload = effect.payload
    if effect.kind is EffectKind.TAGS:
        helpdesk.change_tags(effect.ticket_id, tags, effect_id=effect.id)
        return Settled(EffectState.DONE)
    if effect.kind is EffectKind.NOTE:
        receipt = helpdesk.add_note(
            effect.ticket_id, str(payload["html"]), tags=tags, effect_id=effect.id
        )
    else:
        receipt = helpdesk.send_reply(
            effect.ticket_id,
            str(payload["text"]),
            author_id=payload["author"],
            tags=tags,
            status=payload["status"],
            effect_id=effect.id,
        )
    return Settled(EffectState.DONE, receipt)


def _superseded(session: Session, scope: Scope, effect: EffectRow) -> bool:
    """A draft's note that is late: the customer wrote again, and a newer note follows."""
    if effect.draft_id is None:
        return False
    return drafts.get(session, scope, effect.draft_id).draft.state is DraftState.STALE


def _after_error(helpdesk: Helpdesk | None, effect: EffectRow, error: ConnectorError) -> Settled:
    log.warning("effect_error", effect=effect.id, kind=effect.kind, reason=error.reason)
    if error.permanent:
        return Settled(EffectState.FAILED, error=error.reason)
    if isinstance(error, AmbiguousError) and helpdesk is not None:
        receipt = _look_quietly(helpdesk, effect)
        if receipt is not None:
            return Settled(EffectState.DONE, receipt)
        if effect.kind is EffectKind.REPLY:
            return Settled(EffectState.UNKNOWN, error=error.reason)
    if effect.attempts + 1 >= MAX_ATTEMPTS:
        return Settled(EffectState.FAILED, error=error.reason)
    return Settled(EffectState.PLANNED, error=error.reason)


def _look_quietly(helpdesk: Helpdesk, effect: EffectRow) -> Receipt | None:
    try:
        return look(helpdesk, effect)
    except ConnectorError as error:
        log.warning("effect_not_looked_up", effect=effect.id, reason=error.reason)
        return None


def _whole_second(moment: datetime) -> datetime:
    """Helpdesks stamp messages to the second, rounded down."""
    return moment.replace(microsecond=0)
