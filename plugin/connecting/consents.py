"""A person's consent: asked for, answered once, and what came of it.

The state that goes out and comes back is 256 random bits; only its digest is kept. PKCE's verifier
never leaves before the code is exchanged. The answer counts once, within ten minutes, and for whom
asked on the page only in their own session. At the command line whoever has the printed address
consents: it stands on the operator's terminal alone.
"""

import base64
import hashlib
import secrets as random
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

import structlog

from connectors.connecting import Client
from connectors.errors import ConnectorError
from plugin.connecting import accounts
from plugin.connecting.accounts import CONSENT, Connected, Wanted
from plugin.errors import BookbagError, InvalidInputError
from plugin.runtime import Runtime
from plugin.store import connections, unscoped
from plugin.store.connections import Asked
from plugin.store.grant_tables import PendingConnection
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

LASTS = timedelta(minutes=10)
COMMAND = "command"
_BYTES = 32
_LONGEST_FIELD = 500
_AGAIN = "Nothing was changed. Begin again."
_REFUSED = "access_denied"


class NotConnectedError(BookbagError):
    """No account came of a consent. `title` says why, in short; the message what to do."""

    code = "not_connected"

    def __init__(self, title: str, message: str, status: HTTPStatus) -> None:
        super().__init__(message)
        self.title = title
        self.status = status


@dataclass(frozen=True, slots=True)
class Begun:
    """A consent that is asked for. `page` is where a person gives it, until `until`."""

    id: str
    page: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What the helpdesk sent a person back with. Untrusted."""

    state: str
    code: str
    error: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a consent. With neither, it is still waited for."""

    account_id: str | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class _Taken:
    """An answer that is this caller's to work on. `actor` asked for it."""

    scope: Scope
    id: str
    asked: Asked
    actor: str


def back_address(runtime: Runtime, helpdesk: str) -> str:
    """Where a helpdesk sends people back to: what its OAuth client must be told."""
    return f"{runtime.settings.public_url}/connect/{helpdesk}/callback"


def begin(
    runtime: Runtime, scope: Scope, wanted: Wanted, client: Client, *, person_id: str | None
) -> Begun:
    """Ask for a consent. `person_id` is who asks on the page; None at the command line.

    Raises:
        InvalidInputError: The client has no identifier.
    """
    if not client.id or max(len(client.id), len(client.secret)) > _LONGEST_FIELD:
        raise InvalidInputError("client-id", "expected the OAuth client's identifier")
    state, verifier = random.token_urlsafe(_BYTES), random.token_urlsafe(_BYTES)
    asked = Asked(
        wanted.helpdesk, wanted.url, client.id, client.secret, verifier, wanted=asdict(wanted)
    )
    now = runtime.now()
    with runtime.database.write() as session:
        pending_id = connections.ask(
            session,
            scope,
            asked,
            digest=_digest(state),
            person_id=person_id,
            at=now,
            until=now + LASTS,
        )
    page = runtime.connecting(wanted.helpdesk).consent_page(
        wanted.url,
        client,
        back=back_address(runtime, wanted.helpdesk),
        state=state,
        proof=_proof(verifier),
    )
    return Begun(pending_id, page, now + LASTS)


def finish(runtime: Runtime, helpdesk: str, answer: Answer, *, person_id: str | None) -> Connected:
    """Take up what somebody was sent back with.

    Args:
        runtime: What the service runs on.
        helpdesk: Which kind sent them.
        answer: With what.
        person_id: Who is signed in to the browser, if anybody is.

    Raises:
        NotConnectedError: Unknown, late, a second time, somebody else's, refused, or the account
            cannot be used. What was there before stands.
    """
    taken = _taken_up(runtime, helpdesk, answer.state, person_id)
    try:
        return _connected(runtime, taken, answer)
    except NotConnectedError as ended:
        failed = ended
    except InvalidInputError as unusable:
        title = "This account cannot be used"
        failed = NotConnectedError(title, unusable.message, HTTPStatus.UNPROCESSABLE_ENTITY)
    except (ConnectorError, BookbagError) as error:
        message = f"{str(error).rstrip('.')}. {_AGAIN}"
        failed = NotConnectedError(
            "It could not be connected", message, HTTPStatus.UNPROCESSABLE_ENTITY
        )
    log.warning("not_connected", pending=taken.id, why=failed.title)
    with runtime.database.write() as session:
        connections.end(session, taken.scope, taken.id, failure=str(failed))
    raise failed


def outcome(runtime: Runtime, scope: Scope, pending_id: str) -> Outcome:
    """What came of a consent so far."""
    with runtime.database.read() as session:
        row = connections.get(session, scope, pending_id)
    failure = row.failure
    if not row.connected_id and not failure and row.expires_at <= runtime.now():
        failure = f"Nobody answered in time. {_AGAIN}"
    return Outcome(row.connected_id, failure)


def _taken_up(runtime: Runtime, helpdesk: str, state: str, person_id: str | None) -> _Taken:
    now = runtime.now()
    with runtime.database.read() as session:
        found = unscoped.pending_connection(session, _digest(state)) if state else None
        if found is None:
            raise _unknown()
        scope, pending_id = found
        row = connections.get(session, scope, pending_id)
    if row.helpdesk != helpdesk:
        raise _unknown()
    # It is not used up by somebody who may not use it.
    if row.person_id not in (None, person_id):
        raise NotConnectedError(
            "Somebody else began this",
            "Come back signed in to Bookbag as the person who began. Nothing was changed.",
            HTTPStatus.FORBIDDEN,
        )
    with runtime.database.write() as session:
        asked = connections.answer(session, scope, pending_id, at=now)
        # As it is now: somebody may have been faster.
        row = connections.get(session, scope, pending_id)
    if asked is None:
        raise _over(row, now)
    actor = f"person:{row.person_id}" if row.person_id else COMMAND
    return _Taken(scope, pending_id, asked, actor)


def _connected(runtime: Runtime, taken: _Taken, answer: Answer) -> Connected:
    asked = taken.asked
    if not answer.code or answer.error:
        raise _refused(answer.error)
    client = Client(asked.client_id, asked.client_secret)
    tokens = runtime.connecting(asked.helpdesk).exchange(
        asked.url,
        client,
        back=back_address(runtime, asked.helpdesk),
        code=answer.code,
        verifier=asked.verifier,
    )
    secret = {"client_secret": client.secret} if client.secret else {}
    return accounts.connect(
        runtime,
        taken.scope,
        taken.actor,
        Wanted(**asked.wanted),
        {"by": CONSENT, "client_id": client.id, **secret},
        tokens=tokens,
        beside=lambda session, account_id: connections.end(
            session, taken.scope, taken.id, connected_id=account_id
        ),
    )


def _unknown() -> NotConnectedError:
    return NotConnectedError(
        "This answer is not known",
        f"It belongs to no consent that was asked for here, or to one of long ago. {_AGAIN}",
        HTTPStatus.NOT_FOUND,
    )


def _over(row: PendingConnection, now: datetime) -> NotConnectedError:
    if row.used_at is None and row.expires_at <= now:
        return NotConnectedError(
            "Too late", f"A consent counts for ten minutes. {_AGAIN}", HTTPStatus.GONE
        )
    if row.connected_id:
        return NotConnectedError(
            "Connected already",
            "This answer was used before, and the account is connected. There is nothing to do.",
            HTTPStatus.CONFLICT,
        )
    return NotConnectedError(
        "Used already", f"This answer was used before. {_AGAIN}", HTTPStatus.CONFLICT
    )


def _refused(error: str) -> NotConnectedError:
    if error in (_REFUSED, ""):
        return NotConnectedError(
            "Consent was refused",
            f"Whoever was asked in the helpdesk said no. {_AGAIN}",
            HTTPStatus.FORBIDDEN,
        )
    # A code of RFC 6749, section 4.1.2.1, or anything else that somebody wrote into the address.
    code = error if error.isascii() and error.replace("_", "").isalnum() else "unknown"
    return NotConnectedError(
        "The helpdesk refused",
        f"It says “{code[:40]}”. Check the OAuth client: its identifier, its kind, its redirect "
        f"address. {_AGAIN}",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode(errors="replace")).hexdigest()


def _proof(verifier: str) -> str:
    """PKCE's challenge (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
