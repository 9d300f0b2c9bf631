"""Links that let somebody in once."""

import secrets as random
from datetime import timedelta

from plugin.errors import InvalidInputError
from plugin.runtime import Runtime
from plugin.store import audit, credentials, people
from plugin.store.scope import Scope

INVITATION_LASTS = timedelta(hours=24)
_TOKEN_BYTES = 32


def invite(runtime: Runtime, scope: Scope, by: str, person_id: str) -> str:
    """A link that signs somebody in once within a day, and lets them choose a password.

    It is shown to whoever invites, and kept as a digest. Whatever mails it does so from here on.

    Raises:
        InvalidInputError: They are deactivated.
        MissingError: There is no such person.
    """
    token = random.token_urlsafe(_TOKEN_BYTES)
    now = runtime.now()
    with runtime.database.write() as session:
        person = people.person(session, scope, person_id)
        if person.deactivated_at is not None:
            raise InvalidInputError("", f"{person.name} is deactivated. Reactivate them first.")
        credentials.add_link(
            session,
            scope,
            person.id,
            digest=credentials.digest(token),
            expires_at=now + INVITATION_LASTS,
            purpose=credentials.INVITATION,
        )
        detail = {"person": person.id}
        audit.add(session, scope, at=now, actor=by, event="person_invited", detail=detail)
    return f"{runtime.settings.public_url}/sign-in/{token}"
