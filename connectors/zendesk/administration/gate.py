"""The e-mail gate: a customer is not mailed a comment on a ticket that waits for approval.

Customers' mail goes out through triggers. Each that mails them a public comment is cloned with the
condition that the ticket has not the tag, and the clone stands in for the original. What that
does not do: https://support.zendesk.com/hc/en-us/articles/4408828984346 and docs/zendesk.md.
"""

from collections.abc import Collection, Mapping, Sequence

from connectors.administration import Kind, Thing, Wanted
from connectors.mark import described

_MAILED = frozenset({"requester_id", "requester_and_ccs"})
_WHY = "mails the customer, but not while the ticket waits for approval"
KEY = "gate:"


def clones(rules: Sequence[Thing], tag: str, gated: Collection[str]) -> tuple[Wanted, ...]:
    """A stand-in for each rule that mails customers what is written on their ticket.

    Args:
        rules: All there are.
        tag: Holds the mail back.
        gated: The ids of those that have one, and are off for that.
    """
    in_use = (rule for rule in rules if rule.active or rule.id in gated)
    return tuple(_clone(rule, tag) for rule in in_use if _is_gated(rule))


def is_closed(stand_in: Thing, wanted: Wanted) -> bool:
    """Whether it still asks for the tag, whatever else a merchant has changed of it."""
    *_, closed = _conditions(wanted, "all")
    return closed in _conditions(stand_in, "all")


def _clone(rule: Thing, tag: str) -> Wanted:
    shape = dict(rule.shape)
    closed = {"field": "current_tags", "operator": "not_includes", "value": tag}
    shape["conditions"] = {
        "all": [*_conditions(rule, "all"), closed],
        "any": _conditions(rule, "any"),
    }
    name = f"{rule.name} (Bookbag)"
    # Off until the original is: a customer is never mailed twice, and never not at all.
    shape |= {"title": name, "description": described(f"Stands in for trigger {rule.id}.")}
    shape["active"] = False
    return Wanted(f"{KEY}{rule.id}", Kind.RULE, name, shape, _WHY, vital=True, replaces=rule)


def _is_gated(rule: Thing) -> bool:
    """It mails the customer what was commented; not what says that a ticket came in."""
    if rule.kind is not Kind.RULE or rule.marked or not _mails_customer(rule):
        return False
    conditions = _conditions(rule, "all")
    on_creation = any(
        one.get("field") == "update_type" and one.get("value") == "Create" for one in conditions
    )
    return not on_creation and any(one.get("field") == "comment_is_public" for one in conditions)


def _mails_customer(rule: Thing) -> bool:
    actions = rule.shape.get("actions")
    return isinstance(actions, list) and any(
        isinstance(action, Mapping)
        and action.get("field") == "notification_user"
        and _first(action.get("value")) in _MAILED
        for action in actions
    )


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


def _conditions(rule: Thing | Wanted, which: str) -> list[Mapping[str, object]]:
    conditions = rule.shape.get("conditions")
    found = conditions.get(which) if isinstance(conditions, Mapping) else None
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
