"""A consent's tokens are refreshed once, whoever asks, and nothing but a refusal loses them."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import IO, Any

import pytest
from sqlalchemy import text, update

from connectors.errors import (
    AuthError,
    ConnectorError,
    GrantLostError,
    RateLimitedError,
    UnavailableError,
)
from connectors.grants import Tokens
from plugin.store import audit, grants
from plugin.store.audit import Wanted
from plugin.store.engine import Database, DatabaseUnavailableError
from plugin.store.grant_tables import GrantRow
from tests.bench.databases import KEY
from tests.connecting.consented import CLIENT, Consented
from tests.connecting.racer import THREADS

HALF_AN_HOUR = 1_800


def pass_time(consented: Consented, seconds: float = HALF_AN_HOUR) -> None:
    consented.desk.clock.ahead += timedelta(seconds=seconds)


def at_once(times: int, ask: Callable[[], Any]) -> list[Any]:
    """What so many threads get, errors as they are."""

    def caught(_: int) -> Any:
        together.wait()
        try:
            return ask()
        except ConnectorError as error:
            return error

    together = threading.Barrier(times)
    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(caught, range(times)))


def events(consented: Consented) -> list[str]:
    with consented.database.read() as session:
        rows, _ = audit.newest(session, consented.of.scope, Wanted(), before=None, limit=50)
    return [row.event for row in rows]


def test_a_token_is_used_until_it_is_about_to_end(consented: Consented) -> None:
    first = consented.held().pair.access
    assert consented.token() == first
    pass_time(consented, HALF_AN_HOUR - 70)
    assert consented.token() == first
    pass_time(consented, 15)
    second = consented.token()
    assert second != first
    assert consented.counted() == (1, 0)
    assert consented.held().version == 2
    assert (consented.desk.me(first), consented.desk.me(second)) == (401, 200)


def test_of_many_threads_one_refreshes_and_all_use_what_it_got(consented: Consented) -> None:
    pass_time(consented)
    tokens = at_once(8, consented.token)
    assert set(tokens) == {consented.held().pair.access}
    assert consented.counted() == (1, 0)


def test_of_many_that_were_refused_one_refreshes(consented: Consented) -> None:
    """The vendor ended a token before its time, and all who used it are told 401."""
    old = consented.held().pair.access
    tokens = at_once(6, lambda: consented.grant().another(old, consented.renewal, seconds=20))
    assert set(tokens) == {consented.held().pair.access}
    assert old not in tokens
    assert consented.counted() == (1, 0)


@contextmanager
def racer(consented: Consented) -> Iterator[subprocess.Popen[str]]:
    """Another process, with an account's token to ask for."""
    told = json.dumps(
        {
            "key": KEY,
            "database": consented.database.url,
            "url": consented.desk.url,
            "client": CLIENT,
            "merchant": consented.of.scope.merchant_id,
            "account": consented.of.account_id,
        }
    )
    words = [sys.executable, "-m", "tests.connecting.racer", told]
    started = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert pipe(started.stdout).readline() == "ready\n"
        yield started
    finally:
        with suppress(BrokenPipeError):
            pipe(started.stdin).close()
        assert started.wait(timeout=20) in (0, -signal.SIGKILL)
        pipe(started.stdout).close()


def pipe(end: IO[str] | None) -> IO[str]:
    assert end is not None
    return end


def tell(process: subprocess.Popen[str], word: str, seconds: float) -> None:
    pipe(process.stdin).write(f"{word} {seconds}\n")
    pipe(process.stdin).flush()


def end_claims(consented: Consented) -> None:
    """As if whoever renews had been silent for long."""
    with consented.database.write() as session:
        mine = GrantRow.merchant_id == consented.of.scope.merchant_id
        session.execute(update(GrantRow).where(mine).values(renewer_until=1.0))


def test_of_two_processes_one_refreshes_and_may_be_killed_with_the_answer(
    consented: Consented,
) -> None:
    with racer(consented) as other:
        for turn in range(1, 5):
            pass_time(consented)
            tell(other, "ask", turn * HALF_AN_HOUR)
            mine = at_once(THREADS, consented.token)
            theirs = json.loads(pipe(other.stdout).readline())
            good = consented.held().pair.access
            assert (mine, theirs) == ([good] * THREADS, [good] * THREADS)
            assert consented.counted() == (turn, 0)
            assert consented.desk.me(good) == 200
        pass_time(consented)
        tell(other, "die", 5 * HALF_AN_HOUR)
        assert other.wait(timeout=20) == -signal.SIGKILL
    assert consented.counted() == (5, 0)
    with pytest.raises(UnavailableError, match="being renewed"):
        consented.token(0.2)
    end_claims(consented)
    with pytest.raises(GrantLostError, match="must be connected again"):
        consented.token()
    consented.give()
    assert consented.desk.me(consented.token()) == 200


@pytest.mark.parametrize("fault", ["dropped", "500"])
def test_a_lost_answer_is_asked_for_once_more_and_then_the_grant_is_lost(
    consented: Consented, fault: str
) -> None:
    """The lost answer held the only good pair; the vendor had used the old one up."""
    pass_time(consented)
    consented.desk.fault(fault, **({"done": True} if fault == "500" else {}))
    with pytest.raises(GrantLostError, match="must be connected again"):
        consented.token()
    assert consented.counted() == (1, 1)
    # It is known now, and nothing is asked any more.
    with pytest.raises(GrantLostError, match="must be connected again"):
        consented.token()
    assert consented.counted() == (1, 1)
    assert events(consented) == ["grant_lost"]


def test_an_answer_lost_on_the_way_there_is_no_loss(consented: Consented) -> None:
    pass_time(consented)
    consented.desk.fault("500")
    assert consented.desk.me(consented.token()) == 200
    assert consented.counted() == (1, 0)


@pytest.mark.parametrize(
    ("fault", "error"), [("503", UnavailableError), ("429", RateLimitedError), ("502", None)]
)
def test_what_only_passes_by_leaves_the_grant_as_it_was(
    consented: Consented, fault: str, error: type[Exception] | None
) -> None:
    pass_time(consented)
    consented.desk.fault(fault, calls=2 if error is None else 1)
    with pytest.raises(error or UnavailableError):
        consented.token()
    assert consented.desk.me(consented.token()) == 200
    assert consented.counted() == (1, 0)
    assert events(consented) == []


def test_a_refused_client_loses_no_grant(consented: Consented) -> None:
    """Its secret was changed: an admin can mend that without a new consent."""
    pass_time(consented)
    consented.desk.client(secret="new-secret-of-the-client")
    try:
        with pytest.raises(AuthError, match="refuses the OAuth client") as refused:
            consented.token()
    finally:
        consented.desk.client()
    assert not isinstance(refused.value, GrantLostError)
    assert consented.desk.me(consented.token()) == 200


def test_a_revoked_grant_is_lost_and_given_again_by_a_new_consent(consented: Consented) -> None:
    consented.desk.revoke()
    old = consented.held().pair.access
    outcomes = at_once(4, lambda: consented.grant().another(old, consented.renewal, seconds=20))
    assert all(isinstance(outcome, GrantLostError) for outcome in outcomes)
    assert consented.counted() == (0, 1)
    assert events(consented) == ["grant_lost"]
    consented.give()
    assert consented.desk.me(consented.token()) == 200


def test_who_waits_too_long_gives_up_and_the_renewal_goes_on(consented: Consented) -> None:
    pass_time(consented)
    begun, go_on = threading.Event(), threading.Event()

    def slowly(refresh: str) -> Tokens:
        tokens = consented.renewal(refresh)
        begun.set()
        assert go_on.wait(20)
        return tokens

    with pytest.raises(UnavailableError, match="being renewed"):
        consented.token(0.3, slowly)
    assert begun.wait(20)
    with pytest.raises(UnavailableError, match="being renewed"):
        consented.token(0.3)
    go_on.set()
    assert consented.desk.me(consented.token()) == 200
    assert consented.counted() == (1, 0)


def test_a_dead_renewers_claim_ends(consented: Consented) -> None:
    """Killed before it asked: the token is good still, and the next one asks."""
    pass_time(consented)
    with consented.database.write() as session:
        of = consented.of
        assert grants.claim(session, of.scope, of.account_id, 1, renewer="dead", seconds=600)
    with pytest.raises(UnavailableError):
        consented.token(0.2)
    end_claims(consented)
    assert consented.desk.me(consented.token()) == 200
    assert consented.counted() == (1, 0)


def test_a_late_renewer_heals_what_was_taken_for_lost(consented: Consented) -> None:
    """It was frozen with the answer in hand, until another was refused in its place."""
    pass_time(consented)
    stale, of, now = consented.held(), consented.of, consented.desk.clock()
    tokens = consented.renewal(stale.pair.refresh)
    with pytest.raises(GrantLostError):
        consented.token()
    pair = grants.Pair(tokens.access, tokens.refresh)
    late = now + timedelta(seconds=tokens.life)
    with consented.database.write() as session:
        assert grants.renew(
            session, of.scope, of.account_id, stale.version, pair, expires_at=late, at=now
        )
    assert consented.token() == tokens.access
    with consented.database.write() as session:
        assert not grants.renew(
            session, of.scope, of.account_id, stale.version, stale.pair, expires_at=late, at=now
        )
    assert consented.held().pair == pair


def test_a_pair_is_stored_though_the_database_is_gone_for_a_moment(
    consented: Consented, monkeypatch: pytest.MonkeyPatch
) -> None:
    pass_time(consented)
    real, failures = grants.renew, iter([True])

    def failing(*args: Any, **kwargs: Any) -> bool:
        if next(failures, False):
            raise DatabaseUnavailableError("", None, Exception("gone"))
        return real(*args, **kwargs)

    monkeypatch.setattr(grants, "renew", failing)
    assert consented.desk.me(consented.token()) == 200
    assert consented.counted() == (1, 0)


def test_tokens_are_secret_at_rest_and_in_words(consented: Consented) -> None:
    held = consented.held()
    secrets = (held.pair.access, held.pair.refresh)
    with consented.database.read() as session:
        stored = bytes(session.execute(text("SELECT tokens FROM bb_grant")).scalar_one())
    for secret in secrets:
        assert secret.encode() not in stored
        assert secret not in repr(held)
    pass_time(consented)
    consented.desk.fault("422")
    with pytest.raises(AuthError) as error:
        consented.token()
    assert not any(secret in str(error.value) for secret in secrets)


def test_no_transaction_is_open_while_the_vendor_is_asked(
    consented: Consented, monkeypatch: pytest.MonkeyPatch
) -> None:
    pass_time(consented)
    open_now: list[int] = []
    depth = threading.local()
    real = Database.write

    @contextmanager
    def counting(self: Database) -> Iterator[Any]:
        with real(self) as session:
            depth.now = getattr(depth, "now", 0) + 1
            try:
                yield session
            finally:
                depth.now -= 1

    def watched(refresh: str) -> Tokens:
        open_now.append(getattr(depth, "now", 0))
        return consented.renewal(refresh)

    monkeypatch.setattr(Database, "write", counting)
    consented.token(renew=watched)
    assert open_now == [0]
