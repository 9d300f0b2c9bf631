"""Whether a thing is the one that is wanted, and whether it is as it is wanted. Pure."""

from collections.abc import Mapping

from connectors.administration import Kind, Thing, Wanted
from connectors.zendesk.administration import apps, gate

_BY_TRIGGERS = ["conditional_ticket_events"]
# What no other thing of the kind has: where it sends to, its app, its tag.
_TOLD_BY = {
    Kind.WEBHOOK: "endpoint",
    Kind.APP: "name",
    Kind.INSTALLATION: "app_id",
    Kind.FIELD: "tag",
}


def is_it(wanted: Wanted, thing: Thing) -> bool:
    """By where it sends to, by its app, or by our mark.

    A webhook that triggers call can never be subscribed to events: it is another thing.
    """
    if wanted.kind is not thing.kind:
        return False
    told_by = _TOLD_BY.get(wanted.kind)
    if told_by is not None:
        same = thing.shape[told_by] == wanted.shape[told_by]
        return same and thing.shape.get("subscriptions") != _BY_TRIGGERS
    if wanted.kind is Kind.RULE:
        described = thing.shape.get("description") == wanted.shape["description"]
        return thing.marked and described
    return thing.name == wanted.name and (thing.marked or fits(wanted, thing))


def fits(wanted: Wanted, thing: Thing) -> bool:
    """Whether it has all that is wanted of it."""
    match wanted.kind:
        case Kind.WEBHOOK:
            leads_here = thing.shape["endpoint"] == wanted.shape["endpoint"]
            return leads_here and thing.active and not missing(wanted, thing)
        case Kind.APP:
            # Zendesk tells no digest: what is not remembered is uploaded again.
            return False
        case Kind.INSTALLATION:
            return thing.active and apps.leads_here(thing, wanted)
        case Kind.FIELD:
            # A merchant's own field for the tag may be called as they like.
            asked = {key: wanted.shape[key] for key in ("type", "tag", "active")}
            return _has(thing.shape, asked)
        case Kind.RULE:
            # Whoever words the mail anew words the stand-in.
            return gate.is_closed(thing, wanted)
    return _has(thing.shape, wanted.shape)


def _has(there: object, asked: object) -> bool:
    if not isinstance(there, Mapping) or not isinstance(asked, Mapping):
        return there == asked
    return all(key in there and there[key] == value for key, value in asked.items())


def missing(wanted: Wanted, thing: Thing) -> set[str]:
    """The events that a webhook is not subscribed to."""
    asked = wanted.shape["subscriptions"]
    return set(asked if isinstance(asked, list) else []) - subscriptions(thing)


def subscriptions(thing: Thing) -> set[str]:
    """The events that a webhook is subscribed to."""
    found = thing.shape["subscriptions"]
    return set(found if isinstance(found, list) else [])
