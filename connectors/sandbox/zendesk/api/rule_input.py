"""Reads triggers, views, macros and ticket fields as Zendesk's API takes them.

https://developer.zendesk.com/api-reference/ticketing/business-rules/ and
https://developer.zendesk.com/documentation/ticketing/reference-guides/conditions-reference/
"""

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.zendesk.business import Json
from connectors.sandbox.zendesk.errors import invalid
from connectors.sandbox.zendesk.reading import Body

_OPERATORS: Mapping[str, frozenset[str]] = {
    "update_type": frozenset({"is"}),
    "comment_is_public": frozenset({"is"}),
    "current_tags": frozenset({"includes", "not_includes"}),
    "status": frozenset({"is", "is_not", "less_than", "greater_than", "changed"}),
    "current_user": frozenset({"is", "is_not"}),
    "requester_id": frozenset({"is", "is_not"}),
    "assignee_id": frozenset({"is", "is_not"}),
    "group_id": frozenset({"is", "is_not"}),
    "type": frozenset({"is", "is_not"}),
}
# Of a view: it must narrow the tickets by one of them.
_NARROWING = {"status", "type", "group_id", "assignee_id", "requester_id"}
_ACTIONS = frozenset(
    {
        *("notification_user", "notification_group", "notification_webhook", "status", "set_tags"),
        *("current_tags", "remove_tags", "comment_value", "comment_value_html", "group_id"),
        *("comment_mode_is_public", "assignee_id", "priority", "subject"),
    }
)
_COLUMNS = frozenset(
    "assignee created description group nice_id priority requester status subject type updated "
    "updated_requester due_date organization".split()
)
_FIELD_TYPES = ("checkbox", "text", "textarea", "tagger", "integer", "decimal", "date", "regexp")


def trigger_fields(body: Body, before: Mapping[str, object]) -> Json:
    """A trigger's own; conditions may stand directly as ``all`` and ``any``."""
    fields = _titled(body, before)
    fields["conditions"] = _conditions(body, before)
    fields["actions"] = _actions(body, before)
    fields["category_id"] = body.text("category_id") or before.get("category_id")
    return fields


def macro_fields(body: Body, before: Mapping[str, object]) -> Json:
    """A macro's own."""
    fields = _titled(body, before)
    fields["actions"] = _actions(body, before)
    fields["restriction"] = None
    return fields


def view_fields(body: Body, before: Mapping[str, object]) -> Json:
    """A view's own; it is read in another form than it is written in."""
    fields = _titled(body, before)
    conditions = _conditions(body, before)
    if not _NARROWING & {one["field"] for one in conditions["all"]}:
        raise invalid("conditions", "one of status, type, group, assignee or requester is needed")
    fields["conditions"] = conditions
    output = body.object("output")
    if output is not None:
        columns = output.strings("columns") or ("subject", "requester", "updated")
        for column in columns:
            if column not in _COLUMNS:
                raise invalid("columns", f"{column} is not a column")
        named = [{"id": one, "title": one.replace("_", " ").capitalize()} for one in columns]
        fields["execution"] = {
            "columns": named,
            "group_by": output.text("group_by"),
            "sort_by": output.text("sort_by"),
            "sort_order": output.one_of("sort_order", ("asc", "desc")) or "desc",
        }
    elif not before:
        raise invalid("output", "cannot be blank")
    fields["restriction"] = None
    return fields


def ticket_field_fields(body: Body, before: Mapping[str, object], taken: set[str]) -> Json:
    """A ticket field's own. Its type never changes, and no two have the same tag."""
    fields = _titled(body, before)
    del fields["description"]
    kind = body.one_of("type", _FIELD_TYPES)
    if kind is None and not before:
        raise invalid("type", "cannot be blank")
    if before and kind not in (None, before["type"]):
        raise invalid("type", "cannot be changed")
    fields["type"] = kind or before["type"]
    tag = body.text("tag") or before.get("tag")
    if tag in taken:
        raise invalid("tag", f"{tag} is already used by another field")
    fields["tag"] = tag
    fields["agent_description"] = body.text("agent_description") or before.get("agent_description")
    for name in ("required", "visible_in_portal", "editable_in_portal"):
        given = body.flag(name)
        fields[name] = bool(before.get(name)) if given is None else given
    return fields


def _titled(body: Body, before: Mapping[str, object]) -> Json:
    title = body.need_text("title") if "title" in body.fields or not before else before["title"]
    active = body.flag("active")
    described = "description" in body.fields
    return {
        "title": title,
        "description": body.text("description") if described else before.get("description"),
        "active": (before.get("active", True) if active is None else active),
    }


def _conditions(body: Body, before: Mapping[str, Any]) -> Json:
    given = body.object("conditions") or body
    if not {"all", "any"} & given.fields.keys() and before:
        kept: Json = before["conditions"]
        return kept
    found = {side: [dict(one.fields) for one in given.objects(side)] for side in ("all", "any")}
    if not any(found.values()):
        raise invalid("conditions", "cannot be blank")
    for condition in (*found["all"], *found["any"]):
        operators = _OPERATORS.get(str(condition.get("field")))
        if operators is None:
            raise invalid("conditions", f"{condition.get('field')} is not a field")
        if condition.get("operator") not in operators:
            raise invalid("conditions", f"{condition.get('operator')} is not an operator of it")
    return found


def _actions(body: Body, before: Mapping[str, Any]) -> list[Json]:
    if "actions" not in body.fields and before:
        kept: list[Json] = before["actions"]
        return kept
    found = [dict(one.fields) for one in body.objects("actions")]
    if not found:
        raise invalid("actions", "cannot be blank")
    for action in found:
        if action.get("field") not in _ACTIONS or "value" not in action:
            raise invalid("actions", f"{action.get('field')} is not an action")
    return found
