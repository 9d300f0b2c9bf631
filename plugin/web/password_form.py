"""A new password as a form gives it: twice, since nobody sees what they type."""

from flask import request

from plugin.errors import InvalidInputError


def read_new() -> str:
    """The new password.

    Raises:
        InvalidInputError: The two differ.
    """
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        raise InvalidInputError("again", "The two differ. Type the new password once more.")
    return password
