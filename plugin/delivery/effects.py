"""Runs one outside effect exactly once: claim it, look before doing it again, settle it.

A claim is a lease. Whoever finds an effect that was attempted and never settled looks in the
helpdesk first: found, it is done; a note that is not there is written again, since a second note
harms nobody; a public reply that is not there is never sent again by itself: a person is asked.
A worker that was stopped past the end of its claim sends nothing when it wakes up.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from connectors.base import Helpdesk
from connectors.deadline import not_after
from connectors.errors import AmbiguousError, AuthError, ConnectorError
from connectors.types import Receipt, TagChange
from plugin.delivery.bypasses import not_hidden
from plugin.delivery.tags import mirror
from plugin.delivery.unsent import NO_TRACE
from plugin.jobs import JobName
from plugin.models import TELLING, DraftState, EffectKind, EffectState
from plugin.outbox import lane_of
from plugin.runtime import Runtime
from plugin.store import audit, drafts, effects, merchants
from plugin.store.schema import EffectRow
from plugin.store.scope import Scope
from plugin.telling import send
from plugin.text.tokens import canonical_words

log = structlog.get_logger(__name__)

_SUPERSEDED = "superseded"
_NOT_DONE = frozenset({EffectState.FAILED, EffectState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Claim:
    """An effect is this worker's alone, for a time.

    Attributes:
        token: Must be shown to settle it.
        until: Its end on the machine's monotonic clock, which runs on while a process is stopped.
    """

    token: str
    until: float

    def lasts(self, seconds: float) -> bool:
        """Whether it holds for so long from now."""
        return time.monotonic() + seconds <= self.until


@dataclass(frozen=True, slots=True)
class Settled:
    """How an attempt ended.

    Attributes:
        receipt: Where it is done.
        error: The connector's reason, where it is not.
        wait: Seconds the helpdesk asked for before the next attempt.
    """

    state: EffectState
    receipt: Receipt | None = None
    error: str | None = None
    wait: float | None = None

    @property
    def is_open(self) -> bool:
        """To be taken up again."""
        return self.state in (EffectState.PLANNED, EffectState.ATTEMPTING)


def run_effect(runtime: Runtime, scope: Scope, effect_id: str) -> Settled | None:
    """Do a planned effect but a reply. None where somebody else has it, or it is settled."""
    with runtime.database.read() as session:
        effect = effects.get(session, scope, effect_id)
    if effect is None or effect.kind is EffectKind.REPLY:
        return None
    claimed = claim(runtime, scope, effect)
    if claimed is None:
        return None
    if effect.kind in TELLING:
        settled = _tell(runtime, scope, effect)
    else:
        settled = attempt(runtime, scope, effect, claimed)
    keep(runtime, scope, effect, claimed.token, settled)
    return settled


def claim(runtime: Runtime, scope: Scope, effect: EffectRow) -> Claim | None:
    """Take an effect for this worker. None where it is settled or another worker has it."""
    if effect.state not in (EffectState.PLANNED, EffectState.ATTEMPTING):
        return None
    # Read before the claim is stored, so that it ends here no later than it does for others.
    until = time.monotonic() + runtime.pace.claim_lease
    lease = timedelta(seconds=runtime.pace.claim_lease)
    with runtime.database.write() as session:
        token = effects.claim(session, scope, effect, at=runtime.now(), lease=lease)
    return Claim(token, until) if token is not None else None


def attempt(runtime: Runtime, scope: Scope, effect: EffectRow, claimed: Claim) -> Settled:
    """Look for an effect that was attempted before; do it where that is safe."""
    with runtime.database.read() as session:
        account = merchants.account(session, scope, effect.account_id)
    in_doubt = effect.state is EffectState.ATTEMPTING
    try:
        helpdesk = runtime.helpdesk(account)
        receipt = look(helpdesk, effect) if in_doubt else None
    except ConnectorError as error:
        give_up = _not_looked_up if in_doubt else _not_done
        return give_up(runtime, effect, error)
    if receipt is not None:
        return Settled(EffectState.DONE, receipt)
    if in_doubt and effect.kind is EffectKind.REPLY:
        return Settled(EffectState.UNKNOWN, error=NO_TRACE)
    try:
        return _do(runtime, scope, helpdesk, effect, claimed)
    except AmbiguousError as error:
        return _after_doubt(runtime, helpdesk, effect, error)
    except ConnectorError as error:
        return _not_done(runtime, effect, error)


def keep(runtime: Runtime, scope: Scope, effect: EffectRow, token: str, settled: Settled) -> None:
    """Record how an attempt of anything but a reply ended; try later where it may help."""
    with runtime.database.write() as session:
        wait = next_wait(runtime, effect, settled)
        kept = settle(runtime, session, scope, effect, token=token, settled=settled)
        if kept and _is_given_up(effect, settled):
            _record_given_up(runtime, session, scope, effect, settled)
        if kept and effect.kind is EffectKind.HIDE and settled.state in _NOT_DONE:
            not_hidden(runtime, session, scope, effect, reason=settled.error)
        if kept and settled.is_open:
            runtime.enqueue(
                session,
                JobName.RUN_EFFECT,
                scope,
                effect.id,
                key=f"{effect.id}:{effect.attempts + 1}",
                ticket=lane_of(effect.kind, effect.account_id, effect.ticket_id),
                delay=wait.total_seconds(),
            )
    log.info("effect_settled", effect=effect.id, kind=effect.kind, state=settled.state)


def _is_given_up(effect: EffectRow, settled: Settled) -> bool:
    """Whether somebody was not told whom it was meant for."""
    telling = effect.kind in TELLING | {EffectKind.ASSIGN}
    return telling and settled.state is EffectState.FAILED and settled.error != _SUPERSEDED


def _record_given_up(
    runtime: Runtime, session: Session, scope: Scope, effect: EffectRow, settled: Settled
) -> None:
    """For an admin: the draft waits all the same, and who was to hear of it may not know."""
    log.warning("telling_given_up", effect=effect.id, kind=effect.kind, reason=settled.error)
    audit.add(
        session,
        scope,
        at=runtime.now(),
        actor="system",
        event="telling_given_up",
        draft_id=effect.draft_id,
        detail={"by": effect.kind, "person": effect.payload.get("to"), "reason": settled.error},
    )


def settle(
    runtime: Runtime,
    session: Session,
    scope: Scope,
    effect: EffectRow,
    *,
    token: str,
    settled: Settled,
) -> bool:
    """Record how an attempt ended. False where the claim was lost meanwhile."""
    due = runtime.now() + next_wait(runtime, effect, settled) if settled.is_open else None
    return effects.settle(
        session,
        scope,
        effect.id,
        token,
        settled.state,
        receipt=settled.receipt,
        error=settled.error,
        due_at=due,
    )


def next_wait(runtime: Runtime, effect: EffectRow, settled: Settled) -> timedelta:
    """How long to wait before the next attempt: as asked for, else doubling."""
    return timedelta(seconds=max(settled.wait or 0, runtime.pace.back_off(effect.attempts)))


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


def _tell(runtime: Runtime, scope: Scope, effect: EffectRow) -> Settled:
    """Nobody can look whether a mail or a chat message arrived: in doubt it is sent again."""
    try:
        told = send.tell(runtime, scope, effect)
    except ConnectorError as error:
        return _not_done(runtime, effect, error)
    return Settled(EffectState.DONE) if told else Settled(EffectState.FAILED, error=_SUPERSEDED)


def _do(
    runtime: Runtime, scope: Scope, helpdesk: Helpdesk, effect: EffectRow, claimed: Claim
) -> Settled:
    replying = effect.kind is EffectKind.REPLY
    with runtime.database.read() as session:
        tags = mirror(
            session,
            scope,
            effect.account_id,
            effect.ticket_id,
            delivered=effect.draft_id if replying else None,
        )
        if _superseded(session, scope, effect):
            return Settled(EffectState.FAILED, error=_SUPERSEDED)
        mine = _is_still_mine(session, scope, effect, claimed)
    # A write that begins now must end before others may take the effect up.
    if not mine or not claimed.lasts(runtime.pace.write):
        log.warning("claim_over", effect=effect.id, kind=effect.kind)
        return Settled(EffectState.PLANNED, error="too late for this attempt; nothing was sent")
    with not_after(claimed.until):
        return Settled(EffectState.DONE, _write(helpdesk, effect, tags))


def _write(helpdesk: Helpdesk, effect: EffectRow, tags: TagChange) -> Receipt | None:
    payload = effect.payload
    if effect.kind is EffectKind.TAGS:
        helpdesk.change_tags(effect.ticket_id, tags, effect_id=effect.id)
        return None
    if effect.kind is EffectKind.HIDE:
        # Its receipt is no message of ours.
        helpdesk.make_private(effect.ticket_id, str(payload["message"]))
        return None
    if effect.kind is EffectKind.ASSIGN:
        since = datetime.fromisoformat(str(payload["since"]))
        group = str(payload["group"])
        return helpdesk.assign(effect.ticket_id, group, since=since, effect_id=effect.id)
    if effect.kind is EffectKind.NOTE:
        return helpdesk.add_note(
            effect.ticket_id, str(payload["html"]), tags=tags, effect_id=effect.id
        )
    return helpdesk.send_reply(
        effect.ticket_id,
        str(payload["text"]),
        author_id=payload["author"],
        tags=tags,
        status=payload["status"],
        effect_id=effect.id,
    )


def _is_still_mine(session: Session, scope: Scope, effect: EffectRow, claimed: Claim) -> bool:
    stored = effects.get(session, scope, effect.id)
    return stored is not None and stored.claim == claimed.token


def _superseded(session: Session, scope: Scope, effect: EffectRow) -> bool:
    """A draft's note that is late: the customer wrote again, and a newer note follows.

    And an assignment whose draft waits for nobody any more.
    """
    if effect.draft_id is None or effect.kind not in (EffectKind.NOTE, EffectKind.ASSIGN):
        return False
    draft = drafts.get(session, scope, effect.draft_id).draft
    if effect.kind is EffectKind.NOTE:
        return draft.state is DraftState.STALE
    waits = draft.state is DraftState.AWAITING_APPROVAL
    return not waits or draft.rev != effect.payload["rev"]


def _not_done(runtime: Runtime, effect: EffectRow, error: ConnectorError) -> Settled:
    """The helpdesk did nothing: try later, unless that cannot help."""
    log.warning("effect_not_done", effect=effect.id, kind=effect.kind, reason=error.reason)
    if not _may_help(runtime, effect, error):
        return Settled(EffectState.FAILED, error=error.reason)
    return Settled(EffectState.PLANNED, error=error.reason, wait=error.retry_after)


def _after_doubt(
    runtime: Runtime, helpdesk: Helpdesk, effect: EffectRow, error: AmbiguousError
) -> Settled:
    """It may have been done: look at once."""
    log.warning("effect_in_doubt", effect=effect.id, kind=effect.kind, reason=error.reason)
    try:
        receipt = look(helpdesk, effect)
    except ConnectorError as blind:
        return _not_looked_up(runtime, effect, blind)
    if receipt is not None:
        return Settled(EffectState.DONE, receipt)
    if effect.kind is EffectKind.REPLY:
        return Settled(EffectState.UNKNOWN, error=error.reason)
    return _not_done(runtime, effect, error)


def _not_looked_up(runtime: Runtime, effect: EffectRow, error: ConnectorError) -> Settled:
    """It may have been done, and nobody can say now: never done again before somebody looked."""
    log.warning("effect_not_looked_up", effect=effect.id, kind=effect.kind, reason=error.reason)
    if not _may_help(runtime, effect, error):
        return Settled(EffectState.UNKNOWN, error=error.reason)
    return Settled(EffectState.ATTEMPTING, error=error.reason, wait=error.retry_after)


def _may_help(runtime: Runtime, effect: EffectRow, error: ConnectorError) -> bool:
    """Whether another try can help: not where the helpdesk refuses, and not for ever.

    An admin can mend a credential. A note waits for that; a customer's reply does not.
    """
    if effect.kind in TELLING:
        return not error.permanent and effect.attempts + 1 < send.MOST_TRIES
    replying = effect.kind is EffectKind.REPLY
    patience = runtime.pace.reply_patience if replying else runtime.pace.patience
    if runtime.now() - effect.created_at > timedelta(seconds=patience):
        return False
    return not error.permanent or (isinstance(error, AuthError) and not replying)


def _whole_second(moment: datetime) -> datetime:
    """Helpdesks stamp messages to the second, rounded down."""
    return moment.replace(microsecond=0)
