"""Who plays the agent in this browser."""

from flask.typing import ResponseReturnValue

from connectors.sandbox.gorgias.records import Person
from connectors.sandbox.gorgias.wiring import sandbox
from connectors.sandbox.workspace import seats

_ROBOT = "bot"


def staff() -> list[Person]:
    """Everybody whom a person can play."""
    return [one for one in sandbox().desk.people.seats() if one.role != _ROBOT]


def chosen_agent() -> Person:
    """Who is signed in to this browser's workspace; the first seat until somebody is chosen."""
    return seats.chosen(staff())


def choose_agent() -> ResponseReturnValue:
    """The form: ``agent`` (an e-mail) is signed in; then back to the ticket or the list."""
    return seats.choose(staff())
