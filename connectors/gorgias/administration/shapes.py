"""Each kind of thing as Gorgias' API reads and writes it. Pure.

Source: https://developers.gorgias.com/reference (integrations, views, macros, widgets).
"""

from collections.abc import Mapping

from connectors.administration import Kind, Shape, Thing, Wanted
from connectors.gorgias.administration.wanted import FEED_FORM, FEED_TRIGGERS, MACRO_MARK, NAME
from connectors.gorgias.webhooks import ACCOUNT, SECRET
from connectors.mark import is_marked
from connectors.reading import Fields

HTTP = "http"
_JSON = "application/json"
_VIEW = ("name", "type", "visibility", "filters", "order_by", "order_dir")


def webhook(integration: Fields) -> Thing:
    """An HTTP integration."""
    http = _inside(integration.raw().get(HTTP))
    triggers = _inside(http.get("triggers"))
    description = integration.raw().get("description")
    # So many failures in a row, and Gorgias calls it no more.
    active = not integration.has("deactivated_datetime")
    shape: Shape = {
        "name": integration.raw().get("name"),
        "description": description,
        "active": active,
        "endpoint": http.get("url"),
        # Older examples have underscores.
        "subscriptions": sorted(name.replace("_", "-") for name, on in triggers.items() if on),
        "form": http.get("form"),
    }
    return Thing(
        Kind.WEBHOOK,
        integration.number_id("id"),
        str(shape["name"] or ""),
        shape,
        marked=is_marked(description),
        active=active,
    )


def secret_of(integration: Fields) -> str | None:
    """The secret that an integration of ours shows us; None where it has none, or hides it."""
    headers = _inside(_inside(integration.raw().get(HTTP)).get("headers"))
    found = (value for name, value in headers.items() if name.lower() == SECRET.lower())
    secret = next(found, None)
    return secret if isinstance(secret, str) and secret.strip("*") else None


def http_of(shape: Shape, *, secret: str | None, domain: str) -> dict[str, object]:
    """How an integration calls us.

    Args:
        shape: What is wanted.
        secret: What proves its calls; None leaves its headers as they are.
        domain: The account's.
    """
    triggers = shape.get("subscriptions")
    headers = {} if secret is None else {"headers": {SECRET: secret, ACCOUNT: domain}}
    return {
        "url": shape["endpoint"],
        "method": "POST",
        "request_content_type": _JSON,
        "response_content_type": _JSON,
        "triggers": dict.fromkeys(triggers if isinstance(triggers, list) else [], True),
        "form": shape.get("form"),
        **headers,
    }


def feed(endpoint: object) -> Shape:
    """The integration that a widget shows the answers of."""
    return {
        "name": f"{NAME}: beside tickets",
        "endpoint": endpoint,
        "subscriptions": list(FEED_TRIGGERS),
        "form": FEED_FORM,
    }


def view(one: Fields) -> Thing:
    """A view. It has no description to carry a mark."""
    shape: Shape = {key: one.raw().get(key) for key in _VIEW}
    return Thing(Kind.VIEW, one.number_id("id"), str(shape["name"] or ""), shape)


def macro(one: Fields) -> Thing:
    """A macro, with what its actions do."""
    shape: Shape = {
        "name": one.raw().get("name"),
        "external_id": one.raw().get("external_id"),
        "actions": [
            {"name": action.raw().get("name"), "arguments": action.raw().get("arguments")}
            for action in one.children("actions")
        ],
    }
    marked = str(shape["external_id"] or "").startswith(MACRO_MARK)
    return Thing(Kind.MACRO, one.number_id("id"), str(shape["name"] or ""), shape, marked=marked)


def widget(one: Fields, endpoints: Mapping[str, object]) -> Thing:
    """A widget, with where its integration asks."""
    fed_by = one.number_id("integration_id") if one.has("integration_id") else ""
    active = not one.has("deactivated_datetime")
    shape: Shape = {
        "name": NAME,
        "active": active,
        "endpoint": endpoints.get(fed_by),
        "template": one.raw().get("template"),
    }
    return Thing(Kind.WIDGET, one.number_id("id"), NAME, shape, active=active)


def is_it(wanted: Wanted, thing: Thing) -> bool:
    """By where it asks, by our mark, or by a name and all that is wanted of it."""
    if wanted.kind is not thing.kind:
        return False
    if wanted.kind in (Kind.WEBHOOK, Kind.WIDGET):
        return thing.shape["endpoint"] == wanted.shape["endpoint"]
    if wanted.kind is Kind.MACRO and thing.marked:
        return thing.shape["external_id"] == wanted.shape["external_id"]
    return thing.name == wanted.name and fits(wanted, thing)


def fits(wanted: Wanted, thing: Thing) -> bool:
    """Whether it has all that is wanted of it."""
    there, asked = thing.shape, wanted.shape
    match wanted.kind:
        case Kind.WEBHOOK:
            same = (there["endpoint"], there["form"]) == (asked["endpoint"], asked["form"])
            return same and thing.active and missing(wanted, thing) == set()
        case Kind.MACRO:
            # An action is told with more than it was made with.
            return _notes(there["actions"]) == _notes(asked["actions"])
        case Kind.WIDGET:
            same = there["endpoint"] == asked["endpoint"]
            return same and thing.active and there["template"] == asked["template"]
    return all(there.get(key) == value for key, value in asked.items())


def missing(wanted: Wanted, thing: Thing) -> set[object]:
    """The events that a webhook is not triggered by."""
    asked, there = wanted.shape["subscriptions"], thing.shape["subscriptions"]
    found = there if isinstance(there, list) else []
    return set(asked if isinstance(asked, list) else []) - set(found)


def _notes(actions: object) -> list[tuple[object, object]]:
    told = [_inside(one) for one in actions] if isinstance(actions, list) else []
    return [(one.get("name"), _inside(one.get("arguments")).get("body_text")) for one in told]


def _inside(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
