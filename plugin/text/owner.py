"""Whose a line of a mail is."""

from enum import StrEnum


class Owner(StrEnum):
    """Whose a line is. The values are the kinds of what is removed, but for the writer's."""

    WRITER = "writer"
    QUOTE = "quote"
    SIGNATURE = "signature"
    DISCLAIMER = "disclaimer"
