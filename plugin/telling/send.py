"""Sends one mail or one chat message, if it still says what is so."""

from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from connectors.errors import RejectedError
from connectors.types import Letter
from plugin.models import DraftState, EffectKind, Occasion
from plugin.runtime import Runtime
from plugin.signing import may_sign
from plugin.store import drafts, people, verdicts
from plugin.store.drafts import Held
from plugin.store.schema import EffectRow
from plugin.store.scope import Scope
from plugin.telling import words

log = structlog.get_logger(__name__)

# With waits that double from two seconds, over eight minutes: what is told later is no news.
MOST_TRIES = 9
_STANDS_IN = {
    Occasion.AWAITING: DraftState.AWAITING_APPROVAL,
    Occasion.REMINDER: DraftState.AWAITING_APPROVAL,
    Occasion.ESCALATED: DraftState.AWAITING_APPROVAL,
    Occasion.EXPIRED: DraftState.EXPIRED,
}


_ALWAYS_NEWS = frozenset({Occasion.VOIDED, Occasion.BYPASSED})


@dataclass(frozen=True, slots=True)
class _Ready:
    """What a telling is made of, read before anything is sent: no transaction waits for it."""

    about: words.About
    occasion: Occasion
    to: str | None


def tell(runtime: Runtime, scope: Scope, effect: EffectRow) -> bool:
    """Send it. False where there is nothing to tell any more.

    Raises:
        ConnectorError: It was not sent, or nobody can say.
    """
    with runtime.database.read() as session:
        ready = _ready(runtime, session, scope, effect)
    if ready is None:
        return False
    if effect.kind is EffectKind.CHAT:
        return _post(runtime, scope, ready)
    _mail(runtime, effect, ready)
    return True


def _ready(runtime: Runtime, session: Session, scope: Scope, effect: EffectRow) -> _Ready | None:
    held = drafts.get(session, scope, effect.draft_id or "")
    occasion = Occasion(effect.payload["occasion"])
    if not _is_news(held, occasion, effect):
        return None
    to = None
    if effect.kind is EffectKind.MAIL:
        person = people.person(session, scope, str(effect.payload["to"]))
        if person.deactivated_at is not None:
            return None
        signed = verdicts.signers(session, scope, held.draft.id, held.draft.rev)
        wanted = may_sign(held, person) is None and person.id not in signed
        if occasion in words.ASKING and not wanted:
            return None
        to = person.email
    file = runtime.policy(session, scope).file
    return _Ready(words.about(held, file, public_url=runtime.settings.public_url), occasion, to)


def _is_news(held: Held, occasion: Occasion, effect: EffectRow) -> bool:
    """Whether the draft still stands where the occasion left it."""
    if occasion in _ALWAYS_NEWS:
        return True
    is_its_revision = held.draft.rev == effect.payload["rev"]
    return is_its_revision and held.draft.state is _STANDS_IN[occasion]


def _mail(runtime: Runtime, effect: EffectRow, ready: _Ready) -> None:
    if runtime.mail is None:
        raise RejectedError("no mail server is configured any more")
    payload = effect.payload
    runtime.mail.send(
        Letter(
            id=effect.id,
            to=ready.to or "",
            subject=words.subject(ready.about, ready.occasion),
            text=words.letter(
                ready.about,
                ready.occasion,
                why=payload["why"] or "",
                in_place_of=payload["in_place_of"],
            ),
            at=effect.created_at,
        )
    )


def _post(runtime: Runtime, scope: Scope, ready: _Ready) -> bool:
    chat = runtime.chat(scope)
    if chat is None:
        return False
    chat.post(
        words.chat_line(ready.about, ready.occasion), link=(ready.about.url, "Open the draft")
    )
    return True
