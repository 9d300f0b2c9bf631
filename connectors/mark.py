"""How what Bookbag made is known again: a line in its description.

Where a helpdesk keeps no description of a thing, it is known by its id and its shape.
"""

_MARK = "Made by Bookbag"


def described(words: str) -> str:
    """A description that says what a thing is for and who made it."""
    return f"{words} {_MARK}."


def is_marked(description: object) -> bool:
    """Whether a description is one of ours."""
    return isinstance(description, str) and _MARK in description
