"""How people sign in: links that work once, passwords, providers' subjects, and live sessions."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from plugin.store.people_tables import Password, SignInLink, Subject, WebSession
from plugin.store.scope import Scope

INVITATION = "invitation"


def digest(token: str) -> str:
    """What is kept of a token that lets somebody in."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_link(
    session: Session,
    scope: Scope,
    person_id: str,
    *,
    digest: str,
    expires_at: datetime,
    purpose: str | None = None,
) -> None:
    """Keep the digest of a link that signs somebody in once; an invitation sets a password too."""
    session.add(
        SignInLink(
            merchant_id=scope.merchant_id,
            person_id=person_id,
            digest=digest,
            expires_at=expires_at,
            purpose=purpose,
        )
    )


def use_link(session: Session, scope: Scope, link_id: str, *, at: datetime) -> bool:
    """Use a link up; False where somebody else was first."""
    result = session.execute(
        update(SignInLink)
        .where(
            SignInLink.merchant_id == scope.merchant_id,
            SignInLink.id == link_id,
            SignInLink.used_at.is_(None),
        )
        .values(used_at=at)
        .returning(SignInLink.id)
    )
    return result.first() is not None


def end_links(session: Session, scope: Scope, person_id: str, *, at: datetime) -> None:
    """Make somebody's unused links worthless."""
    session.execute(
        update(SignInLink)
        .where(
            SignInLink.merchant_id == scope.merchant_id,
            SignInLink.person_id == person_id,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > at,
        )
        .values(expires_at=at)
        .execution_options(synchronize_session=False)
    )


def add_session(
    session: Session,
    scope: Scope,
    person_id: str,
    *,
    digest: str,
    at: datetime,
    expires_at: datetime,
    surface: str | None = None,
) -> None:
    """Remember a signed-in browser or sidebar by its token's digest."""
    session.add(
        WebSession(
            merchant_id=scope.merchant_id,
            person_id=person_id,
            digest=digest,
            created_at=at,
            expires_at=expires_at,
            surface=surface,
            last_seen_at=at,
        )
    )


def see_session(session: Session, scope: Scope, session_id: str, *, at: datetime) -> None:
    """Its person did something."""
    session.execute(
        update(WebSession)
        .where(WebSession.merchant_id == scope.merchant_id, WebSession.id == session_id)
        .values(last_seen_at=at)
    )


def sessions_of(
    session: Session, scope: Scope, person_id: str, *, at: datetime
) -> Sequence[WebSession]:
    """Where somebody is signed in, newest first."""
    return session.scalars(
        select(WebSession)
        .where(
            WebSession.merchant_id == scope.merchant_id,
            WebSession.person_id == person_id,
            WebSession.expires_at > at,
        )
        .order_by(WebSession.created_at.desc(), WebSession.id)
    ).all()


def end_session(session: Session, scope: Scope, digest: str, *, at: datetime) -> None:
    """Sign a browser out."""
    session.execute(
        update(WebSession)
        .where(WebSession.merchant_id == scope.merchant_id, WebSession.digest == digest)
        .values(expires_at=at)
    )


def end_sessions(
    session: Session,
    scope: Scope,
    person_id: str,
    *,
    at: datetime,
    only: str | None = None,
    but: str | None = None,
) -> int:
    """Sign somebody out everywhere, or of `only` one session, or of all `but` one, by their ids.

    Returns how many ended.
    """
    wanted = update(WebSession).where(
        WebSession.merchant_id == scope.merchant_id,
        WebSession.person_id == person_id,
        WebSession.expires_at > at,
    )
    if only is not None:
        wanted = wanted.where(WebSession.id == only)
    if but is not None:
        wanted = wanted.where(WebSession.id != but)
    ended = session.execute(
        wanted.values(expires_at=at)
        .returning(WebSession.id)
        .execution_options(synchronize_session=False)
    )
    return len(ended.all())


def password_of(session: Session, scope: Scope, person_id: str) -> str | None:
    """The hash that somebody's password is checked against; None where they have none."""
    return session.scalar(
        select(Password.hash).where(
            Password.merchant_id == scope.merchant_id, Password.person_id == person_id
        )
    )


def set_password(
    session: Session, scope: Scope, person_id: str, hashed: str, *, at: datetime
) -> None:
    """Keep a password's hash in place of the one before."""
    forget_password(session, scope, person_id)
    session.add(
        Password(merchant_id=scope.merchant_id, person_id=person_id, hash=hashed, changed_at=at)
    )


def forget_password(session: Session, scope: Scope, person_id: str) -> None:
    """Leave somebody without a password."""
    session.execute(
        delete(Password).where(
            Password.merchant_id == scope.merchant_id, Password.person_id == person_id
        )
    )


def subject_of(session: Session, scope: Scope, person_id: str, issuer: str) -> str | None:
    """Who somebody is at a provider; None where they never came through it."""
    return session.scalar(
        select(Subject.subject).where(
            Subject.merchant_id == scope.merchant_id,
            Subject.person_id == person_id,
            Subject.issuer == issuer,
        )
    )


def person_of_subject(session: Session, scope: Scope, issuer: str, subject: str) -> str | None:
    """Whose subject this is; None where it is nobody's."""
    return session.scalar(
        select(Subject.person_id).where(
            Subject.merchant_id == scope.merchant_id,
            Subject.issuer == issuer,
            Subject.subject == subject,
        )
    )


def pin_subject(
    session: Session, scope: Scope, person_id: str, *, issuer: str, subject: str, at: datetime
) -> None:
    """Remember who somebody is at a provider, for good."""
    session.add(
        Subject(
            merchant_id=scope.merchant_id,
            person_id=person_id,
            issuer=issuer,
            subject=subject,
            pinned_at=at,
        )
    )


def forget_subjects(session: Session, scope: Scope, person_id: str) -> None:
    """Let somebody come anew through a provider, such as with a new account there."""
    session.execute(
        delete(Subject).where(
            Subject.merchant_id == scope.merchant_id, Subject.person_id == person_id
        )
    )
