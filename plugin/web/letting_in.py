"""The end of a sign-in: somebody is known, at one merchant or at several."""

import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Response, make_response, redirect, render_template, url_for

from plugin.store import credentials, merchants
from plugin.store.scope import Scope
from plugin.web.sign_in import begin, remember, wanted_page
from plugin.web.state import runtime

_TOKEN_BYTES = 32
# To press one of a few buttons.
_CHOICE_LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several merchants that know somebody; where to press."""

    merchant: str
    action: str


def let_in(found: Sequence[tuple[Scope, str]], *, by: str, asked: str | None) -> Response:
    """Sign the browser in, or ask where to.

    Args:
        found: Whom somebody is, one of each merchant; not empty.
        by: What proved it, for the audit.
        asked: The page that was asked for.
    """
    if len(found) > 1:
        choices = _choices(found, asked)
        return make_response(render_template("sign_in_choice.html", choices=choices))
    ((scope, person_id),) = found
    with runtime().database.write() as session:
        token = begin(session, scope, person_id, by=by)
    return remember(make_response(redirect(wanted_page(asked))), token)


def _choices(found: Sequence[tuple[Scope, str]], asked: str | None) -> list[Choice]:
    """A link for each merchant, so that the proof need not be sent again."""
    choices, now = [], runtime().now()
    with runtime().database.write() as session:
        for scope, person_id in found:
            token = random.token_urlsafe(_TOKEN_BYTES)
            credentials.add_link(
                session,
                scope,
                person_id,
                digest=credentials.digest(token),
                expires_at=now + _CHOICE_LASTS,
            )
            action = url_for("sign_in.use", token=token, next=asked)
            choices.append(Choice(merchants.name(session, scope), action))
    return choices
