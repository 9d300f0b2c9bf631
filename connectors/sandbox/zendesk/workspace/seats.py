"""Who plays the agent in this browser."""

from flask.typing import ResponseReturnValue

from connectors.sandbox.workspace import seats
from connectors.sandbox.zendesk.records import User
from connectors.sandbox.zendesk.wiring import sandbox


def staff() -> list[User]:
    """Everybody with a seat."""
    return [user for user in sandbox().desk.users() if user.is_staff]


def chosen_agent() -> User:
    """Who is signed in to this browser's workspace; the first seat until somebody is chosen."""
    return seats.chosen(staff())


def choose_agent() -> ResponseReturnValue:
    """The form: ``agent`` (an e-mail) is signed in; then back to the ticket or the list."""
    return seats.choose(staff())
