"""Passwords: argon2id hashes, what makes one too weak, and whose one is.

https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html on the hash,
https://pages.nist.gov/800-63-4/sp800-63b.html on length before composition.
"""

import re
import unicodedata
from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from plugin.config import PasswordCost
from plugin.errors import InvalidInputError
from plugin.runtime import Runtime
from plugin.store import audit, credentials, unscoped
from plugin.store.people_tables import PersonRow
from plugin.store.scope import Scope

SHORTEST, LONGEST = 12, 200
# Merchants at which one e-mail is tried. More hashes than that would only keep us busy.
_MOST_MERCHANTS = 5
_LEAST_MARKS = 5
_LEAST_OWN_WORD = 4
_COMMON = (
    "password passwort passwd motdepasse contrasena welcome willkommen letmein iloveyou qwerty "
    "qwertz azerty qwertyuiop asdfghjkl zxcvbnm abcdefghijkl changeme default secret administrator "
    "admin superuser monkey dragon football baseball sunshine princess superman trustno1 master "
    "whatever computer internet support helpdesk zendesk gorgias bookbag customer service "
    "spring summer autumn winter january december monday friday"
).split()
_ROWS = ("01234567890123456789", "98765432109876543210", "1qaz2wsx3edc4rfv5tgb")
_LEAST_RUN = 4
# Each takes its memory; a flood of guesses takes no more than this many at once.
_AT_ONCE = BoundedSemaphore(2)


def weakness(password: str, *own: str) -> str | None:
    """What to do better about a password; None where it will do.

    Args:
        password: As it was typed.
        own: What others know of its owner: name, e-mail, merchant.
    """
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. A few words that only you would join do well."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    left = _normal(password).casefold()
    words = [word for text in own for word in re.split(r"[^\w]+|_", text.casefold())]
    for word in sorted({*words, *_COMMON}, key=len, reverse=True):
        if len(word) >= _LEAST_OWN_WORD:
            left = left.replace(word, "")
    if len({mark for mark in _without_runs(left) if mark.isalnum()}) < _LEAST_MARKS:
        return "This one is easy to guess. Use words that have nothing to do with you or your work."
    return None


def choose(runtime: Runtime, session: Session, person: PersonRow, password: str) -> None:
    """Keep somebody's new password.

    Raises:
        InvalidInputError: It is too weak; the sentence says what to do.
    """
    weak = weakness(password, person.email, person.name)
    if weak is not None:
        raise InvalidInputError("password", weak)
    scope, now = Scope(person.merchant_id), runtime.now()
    hashed = _hash(runtime.settings.password_cost, password)
    credentials.set_password(session, scope, person.id, hashed, at=now)
    audit.add(session, scope, at=now, actor=f"person:{person.id}", event="password_set")


def whose(runtime: Runtime, email: str, password: str) -> tuple[tuple[Scope, str], ...]:
    """The people with this e-mail and password: at most one of each merchant.

    Somebody who is not there, or has no password, takes as long as somebody whose password is
    another. Hashes of a former cost are replaced.
    """
    cost = runtime.settings.password_cost
    with runtime.database.read() as session:
        known = unscoped.people_with_email(session, email.strip().casefold(), limit=_MOST_MERCHANTS)
        kept = {
            (scope, person_id): credentials.password_of(session, scope, person_id)
            for scope, person_id in known
        }
    right = [who for who, hashed in kept.items() if _is(cost, hashed, password)]
    if not kept:
        _is(cost, None, password)
    for scope, person_id in right:
        hashed = kept[scope, person_id]
        if hashed is not None and _hasher(cost).check_needs_rehash(hashed):
            fresh = _hash(cost, password)
            with runtime.database.write() as session:
                credentials.set_password(session, scope, person_id, fresh, at=runtime.now())
    return tuple(right)


def is_theirs(runtime: Runtime, session: Session, person: PersonRow, password: str) -> bool:
    """Whether this is somebody's password."""
    hashed = credentials.password_of(session, Scope(person.merchant_id), person.id)
    return _is(runtime.settings.password_cost, hashed, password)


def _is(cost: PasswordCost, hashed: str | None, password: str) -> bool:
    """Compare; where there is nothing to compare with, take as long and say no."""
    hasher = _hasher(cost)
    given = _normal(password[: LONGEST + 1])
    try:
        with _AT_ONCE:
            return hasher.verify(hashed or _nobodys(cost), given) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def _hash(cost: PasswordCost, password: str) -> str:
    with _AT_ONCE:
        return _hasher(cost).hash(_normal(password))


def _normal(password: str) -> str:
    """Keyboards differ in how they write one letter."""
    return unicodedata.normalize("NFKC", password)


def _without_runs(text: str) -> str:
    """Without stretches that go along a row of keys or figures."""
    for row in _ROWS:
        for size in range(len(row), _LEAST_RUN - 1, -1):
            for start in range(len(row) - size + 1):
                text = text.replace(row[start : start + size], "")
    return text


@lru_cache
def _hasher(cost: PasswordCost) -> PasswordHasher:
    return PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory, parallelism=cost.lanes)


@lru_cache
def _nobodys(cost: PasswordCost) -> str:
    """A hash that costs the same to compare with, of something that nobody can type."""
    return _hasher(cost).hash("\0")
