"""A person's consent, kept in the database and renewed once, however many threads want it.

A vendor answers a refresh with a new pair and deletes the old one. So whoever finds the token about
to end claims the renewal of that very version; all others wait and use what it stores. The call to
the vendor is made between two transactions and in a thread of its own: the caller may give up, the
renewal does not, for its answer cannot be had twice.

Killed between the vendor's answer and the store, a renewal leaves a pair that nobody knows. Then
the next refresh is refused, the grant is lost, and a person consents again. Work waits for that as
for any wrong credential.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from itertools import count
from time import monotonic
from uuid import uuid4

import structlog

from connectors.errors import GrantLostError, UnavailableError
from connectors.grants import RENEW_SECONDS, Renew, Tokens
from plugin.store import audit, grants
from plugin.store.engine import Database, DatabaseUnavailableError
from plugin.store.grants import Held, Pair
from plugin.store.scope import Scope

log = structlog.get_logger(__name__)

# A token about to end is not used: the call it is for takes some seconds too.
_MARGIN = timedelta(seconds=60)
_CLAIM_SECONDS = RENEW_SECONDS + 10
# A pair that the vendor gave is tried to be stored for so long.
_STORE_SECONDS = 60.0
_LONGEST_WAIT = 20.0
_LOOK_AGAIN = 0.1
_LOOKS_EACH_CLAIM = 10
_LOST = "the helpdesk account must be connected again: its consent is used up, revoked or too old"
_UNDER_WAY = "the helpdesk account's access is being renewed"


class KeptGrant:
    """The grant of one account. Threads may share it, and so may processes: the database decides.

    Args:
        database: Where it is kept.
        scope: Whose.
        account_id: Of which account.
        now: The clock.
    """

    def __init__(
        self, database: Database, scope: Scope, account_id: str, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._scope = scope
        self._account_id = account_id
        self._now = now

    def token(self, renew: Renew, *, seconds: float) -> str:
        """An access token that is good for a while.

        Raises:
            GrantLostError: A person must consent again.
            ConnectorError: It could not be renewed now.
        """
        held = self._held()
        return held.pair.access if self._is_good(held) else self._renewed(held, renew, seconds)

    def another(self, refused: str, renew: Renew, *, seconds: float) -> str:
        """An access token in place of one that the vendor refused: a newer one, if there is."""
        held = self._held()
        if held.pair.access != refused and self._is_good(held):
            return held.pair.access
        return self._renewed(held, renew, seconds)

    def _held(self) -> Held:
        with self._database.read() as session:
            held = grants.held(session, self._scope, self._account_id)
        if held is None or held.is_lost:
            raise GrantLostError(_LOST)
        return held

    def _is_good(self, held: Held) -> bool:
        return held.expires_at - self._now() > _MARGIN

    def _renewed(self, stale: Held, renew: Renew, seconds: float) -> str:
        """Another token than the stale one's: by our own renewal, or by whoever was first."""
        end = monotonic() + min(seconds, _LONGEST_WAIT)
        renewal = _Renewal(self._database, self._scope, self._account_id, self._now, stale)
        for look in count():
            # Whoever renews it may give up or die; a claim is a write, so it is tried seldom.
            if look % _LOOKS_EACH_CLAIM == 0 and renewal.claim():
                return renewal.result(renew, until=end)
            if monotonic() + _LOOK_AGAIN >= end:
                break
            threading.Event().wait(_LOOK_AGAIN)
            held = self._held()
            if held.version != stale.version:
                return held.pair.access
        raise UnavailableError(_UNDER_WAY)


class _Renewal:
    """One renewal of one version."""

    def __init__(
        self,
        database: Database,
        scope: Scope,
        account_id: str,
        now: Callable[[], datetime],
        stale: Held,
    ) -> None:
        self._database = database
        self._scope = scope
        self._account_id = account_id
        self._now = now
        self._version = stale.version
        self._name = str(uuid4())
        self._pair: Pair | None = None

    def claim(self) -> bool:
        """Whether it is ours to make."""
        with self._database.write() as session:
            self._pair = grants.claim(
                session,
                self._scope,
                self._account_id,
                self._version,
                renewer=self._name,
                seconds=_CLAIM_SECONDS,
            )
        return self._pair is not None

    def result(self, renew: Renew, *, until: float) -> str:
        """Make it, and wait for it until a moment of `time.monotonic`."""
        done: Future[str] = Future()
        # Not a daemon: a process that ends in order waits for the answer, and stores it.
        threading.Thread(target=self._run, args=(renew, done), name="renewal").start()
        try:
            return done.result(timeout=max(until - monotonic(), 0))
        except TimeoutError:
            raise UnavailableError(_UNDER_WAY) from None

    def _run(self, renew: Renew, done: "Future[str]") -> None:
        try:
            done.set_result(self._made(renew))
        except GrantLostError as lost:
            self._safely(self._lose)
            done.set_exception(lost)
        # Whatever it is, the caller gets it and nobody else waits for this renewal.
        except Exception as error:  # noqa: BLE001 (handed over to the caller)
            self._safely(self._let_go)
            done.set_exception(error)

    def _made(self, renew: Renew) -> str:
        begun = self._now()
        tokens = renew(self._pair.refresh if self._pair else "")
        self._store(tokens, begun + timedelta(seconds=tokens.life))
        log.info("grant_renewed", account=self._account_id)
        return tokens.access

    def _store(self, tokens: Tokens, expires_at: datetime) -> None:
        """Keep the new pair before anybody uses it. There is no other, so it is tried for long."""
        end = monotonic() + _STORE_SECONDS
        while True:
            try:
                with self._database.write() as session:
                    grants.renew(
                        session,
                        self._scope,
                        self._account_id,
                        self._version,
                        Pair(tokens.access, tokens.refresh),
                        expires_at=expires_at,
                        at=self._now(),
                    )
            except DatabaseUnavailableError:
                if monotonic() >= end:
                    raise
                log.warning("grant_not_stored_yet", account=self._account_id)
                threading.Event().wait(1)
            else:
                return

    def _lose(self) -> None:
        now = self._now()
        with self._database.write() as session:
            if not grants.lose(session, self._scope, self._account_id, self._version, at=now):
                return
            audit.add(
                session,
                self._scope,
                at=now,
                actor="system",
                event="grant_lost",
                detail={"account": self._account_id},
            )
        log.warning("grant_lost", account=self._account_id)

    def _let_go(self) -> None:
        with self._database.write() as session:
            grants.let_go(session, self._scope, self._account_id, renewer=self._name)

    def _safely(self, note: Callable[[], None]) -> None:
        """Note how it ended. Without a note the claim ends by itself, and the next finds out."""
        try:
            note()
        except DatabaseUnavailableError:
            log.warning("grant_end_not_noted", account=self._account_id)
