"""Sets a draft aside that answers nothing any more, and tells whoever had signed it."""

from sqlalchemy.orm import Session

from plugin.models import BECOMES_STALE, SET_ASIDE, DraftState
from plugin.privacy.erase import SYSTEM
from plugin.runtime import Runtime
from plugin.store import drafts, verdicts
from plugin.store.schema import DraftRow
from plugin.store.scope import Scope
from plugin.telling import ask as telling


def set_aside(
    runtime: Runtime, session: Session, scope: Scope, draft: DraftRow, *, because: str
) -> bool:
    """Let a draft that is still open leave no more. False where it is over."""
    if draft.state not in BECOMES_STALE:
        return False
    now = runtime.now()
    signers = verdicts.signers(session, scope, draft.id, draft.rev)
    held = drafts.get(session, scope, draft.id)
    telling.voided(runtime, session, scope, held, signers, why=f"{SET_ASIDE[because]}.", at=now)
    detail = {"set_aside": because}
    drafts.move(session, scope, draft, DraftState.STALE, actor=SYSTEM, at=now, detail=detail)
    return True
