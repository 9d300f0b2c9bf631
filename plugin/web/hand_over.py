"""From the sidebar to the review page, whose browser tab has no session of its own.

Whoever acts in the sidebar is given a sign-in link of their own: it works once, for a minute, and
leads to the draft. Only its digest is kept, and it stands in no log.
"""

import secrets as random
from datetime import timedelta
from uuid import UUID

import structlog
from flask import Blueprint, jsonify, url_for
from flask.typing import ResponseReturnValue

from plugin.store import credentials, drafts
from plugin.web.doors import EVERYBODY, Proof, open_to
from plugin.web.sidebar_session import through
from plugin.web.state import runtime

log = structlog.get_logger(__name__)

pages = Blueprint("hand_over", __name__)

LASTS = timedelta(seconds=60)
_TOKEN_BYTES = 32


@pages.post("/zendesk/<account_id>/drafts/<uuid:draft_id>/hand-over")
@open_to(*EVERYBODY, by=Proof.SIDEBAR)
def begin(account_id: str, draft_id: UUID) -> ResponseReturnValue:
    """A link that signs this person in where they open it, and shows them this draft."""
    here = through(account_id)
    scope, person = here.who.scope, here.who.person
    token = random.token_urlsafe(_TOKEN_BYTES)
    with runtime().database.write() as session:
        drafts.of_account(session, scope, here.account.id, str(draft_id))
        credentials.add_link(
            session,
            scope,
            person.id,
            digest=credentials.digest(token),
            expires_at=runtime().now() + LASTS,
        )
    log.info("handed_over", draft=str(draft_id), person=person.id)
    page = url_for("drafts.show", draft_id=draft_id)
    return jsonify(url=url_for("sign_in.offer", token=token, next=page))
