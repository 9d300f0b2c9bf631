"""Reads the ``ticket`` object of a request."""

from typing import Any

from connectors.sandbox.zendesk.changes import NewComment, Update
from connectors.sandbox.zendesk.desk import Desk, Opening
from connectors.sandbox.zendesk.errors import ApiError, invalid
from connectors.sandbox.zendesk.markup import written
from connectors.sandbox.zendesk.reading import Body
from connectors.sandbox.zendesk.records import PRIORITIES, STATUSES, User
from connectors.sandbox.zendesk.tags import TagEdit, clean_tags

# `additional_tags` and `remove_tags` are documented for update_many only, so they are ignored here.
KNOWN_KEYS = frozenset(
    {
        "assignee_id",
        "comment",
        "group_id",
        "metadata",
        "priority",
        "requester",
        "requester_id",
        "safe_update",
        "status",
        "subject",
        "tags",
        "updated_stamp",
    }
)


def ticket_update(desk: Desk, actor: User, body: Body) -> Update:
    """What a PUT asks for.

    Raises:
        ApiError: 422.
    """
    comment = body.object("comment")
    tags = body.strings("tags")
    metadata = body.object("metadata")
    return Update(
        actor=actor,
        channel="api",
        comment=None if comment is None else _comment(desk, actor, comment),
        tags=TagEdit(replace=None if tags is None else clean_tags(tags)),
        fields=_fields(desk, body),
        custom={} if metadata is None else metadata.fields,
        expected_stamp=_expected_stamp(body),
    )


def ticket_opening(desk: Desk, actor: User, body: Body) -> Opening:
    """What a POST asks for.

    Raises:
        ApiError: 422.
    """
    if body.object("comment") is None:
        raise invalid("comment", "cannot be blank")
    first = ticket_update(desk, actor, body)
    requester = _requester(desk, actor, body)
    return Opening(body.text("subject") or "", requester, first)


def _comment(desk: Desk, actor: User, body: Body) -> NewComment:
    author_id = body.number("author_id")
    return NewComment(
        author=actor if author_id is None else _known_user(desk, "author_id", author_id),
        body=written(text=body.text("body"), markup=body.text("html_body")),
        public=body.flag("public"),
    )


def _requester(desk: Desk, actor: User, body: Body) -> User:
    requester_id = body.number("requester_id")
    if requester_id is not None:
        return _known_user(desk, "requester_id", requester_id)
    given = body.object("requester")
    if given is None:
        return actor
    email = given.need_text("email")
    known = desk.user_by_email(email)
    return known or desk.customer(given.text("name") or email, email)


def _fields(desk: Desk, body: Body) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if (subject := body.text("subject")) is not None:
        fields["subject"] = subject
    if (status := body.one_of("status", STATUSES)) is not None:
        fields["status"] = status
    if (priority := body.one_of("priority", PRIORITIES)) is not None:
        fields["priority"] = priority
    if (assignee_id := body.number("assignee_id")) is not None:
        if not _known_user(desk, "assignee_id", assignee_id).is_staff:
            raise invalid("assignee_id", "is not an agent")
        fields["assignee_id"] = assignee_id
    if (group_id := body.number("group_id")) is not None:
        fields["group_id"] = _known_group(desk, group_id)
    return fields


def _known_group(desk: Desk, group_id: int) -> int:
    """The id of a group that is there; 422 if there is none."""
    try:
        return desk.group(group_id).id
    except ApiError:
        raise invalid("group_id", f"there is no group {group_id}") from None


def _expected_stamp(body: Body) -> str | None:
    """The stamp to compare, if asked for: here ``safe_update`` is a boolean."""
    stamp = body.text("updated_stamp")
    if not body.flag("safe_update"):
        return None
    if stamp is None:
        raise invalid("updated_stamp", "is needed with safe_update")
    return stamp


def _known_user(desk: Desk, field: str, user_id: int) -> User:
    try:
        return desk.user(user_id)
    except ApiError:
        raise invalid(field, f"there is no user {user_id}") from None
