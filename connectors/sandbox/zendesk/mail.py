"""What a mail brings besides its text: files, people in copy, and the addresses on it."""

from collections.abc import Sequence

from connectors.sandbox.zendesk.changes import NewFile
from connectors.sandbox.zendesk.desk import Desk
from connectors.sandbox.zendesk.errors import invalid
from connectors.sandbox.zendesk.reading import Body
from connectors.sandbox.zendesk.records import Source, User

_MAIL = "email"


def read_files(body: Body) -> tuple[NewFile, ...]:
    """``attachments: [{file_name, content_type?, size?}]``; what is in a file is not kept.

    Raises:
        ApiError: 422.
    """
    files = []
    for given in body.objects("attachments"):
        size = given.number("size") or 0
        if size < 0:
            raise invalid("size", "expected a number of bytes")
        kind = given.text("content_type") or "application/octet-stream"
        files.append(NewFile(given.need_text("file_name"), kind, size))
    return tuple(files)


def read_copies(desk: Desk, body: Body) -> tuple[User, ...]:
    """``cc: [{name?, email}]``; whoever is new becomes a customer.

    Raises:
        ApiError: 422.
    """
    people = []
    for given in body.objects("cc"):
        email = given.need_text("email")
        known = desk.user_by_email(email)
        people.append(known or desk.customer(given.text("name") or email, email))
    return tuple(people)


def source(channel: str, sender: User, copies: Sequence[User], *, subdomain: str) -> Source:
    """The ``via.source`` of a customer's message; None for what is no mail.

    ``original_recipients`` is known from public code that reads it.
    """
    if channel != _MAIL:
        return None
    ours = f"support@{subdomain}.zendesk.com"
    return {
        "from": {
            "address": sender.email,
            "name": sender.name,
            "original_recipients": [*(person.email for person in copies), ours],
        },
        "to": {"address": ours, "name": subdomain},
        "rel": None,
    }
