"""Who somebody is at an OpenID Connect provider: pinned at their first sign-in through it.

From then on their e-mail alone does not let in: at a provider it may be given to somebody else.
"""

from plugin.errors import ForbiddenError
from plugin.runtime import Runtime
from plugin.store import audit, credentials, unscoped
from plugin.store.scope import Scope

_MOST_MERCHANTS = 5
_STRANGER = (
    "Your company knows you, but nobody here has your e-mail address. Ask your admin to add you."
)
_ANOTHER = (
    "Your e-mail address came with another account of your company before. Ask your admin: "
    "deactivating and reactivating you here lets the new one in."
)


def whose(
    runtime: Runtime, *, issuer: str, subject: str, email: str
) -> tuple[tuple[Scope, str], ...]:
    """The people who are this subject, one of each merchant. Whoever is here first is pinned.

    Args:
        runtime: What the service runs on.
        issuer: Who vouches for them.
        subject: Their id there.
        email: Theirs, verified there.

    Raises:
        ForbiddenError: Nobody here has this e-mail, or they are another subject.
    """
    found = []
    with runtime.database.write() as session:
        known = unscoped.people_with_email(session, email.strip().casefold(), limit=_MOST_MERCHANTS)
        for scope, person_id in known:
            pinned = credentials.subject_of(session, scope, person_id, issuer)
            holder = credentials.person_of_subject(session, scope, issuer, subject)
            if pinned is None and holder is None:
                now, actor = runtime.now(), f"person:{person_id}"
                credentials.pin_subject(
                    session, scope, person_id, issuer=issuer, subject=subject, at=now
                )
                audit.add(session, scope, at=now, actor=actor, event="subject_pinned")
            elif holder != person_id:
                continue
            found.append((scope, person_id))
    if not found:
        raise ForbiddenError(_ANOTHER if known else _STRANGER)
    return tuple(found)
