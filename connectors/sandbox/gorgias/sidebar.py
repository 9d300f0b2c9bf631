"""The widgets beside a ticket: each integration's last answer, put into the widget's template.

Links only navigate. What a template may hold beyond wrapper, card, list and text is unconfirmed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.sandbox.gorgias.desk import Desk
from connectors.sandbox.gorgias.integrations import HTTP, Integrations
from connectors.sandbox.gorgias.records import Json
from connectors.sandbox.gorgias.shapes import ticket_json
from connectors.sandbox.gorgias.shelf import Shelf
from connectors.sandbox.gorgias.templating import Templates

_USUAL_LIMIT = 5


class Sidebar:
    """What stands beside tickets."""

    def __init__(
        self, desk: Desk, widgets: Shelf, integrations: Integrations, templates: Templates
    ) -> None:
        self._desk = desk
        self._widgets = widgets
        self._integrations = integrations
        self._templates = templates

    def beside(self, ticket_id: int) -> list[Json]:
        """The cards beside a ticket, in order: ``{title, link, fields, links, buttons, cards}``.

        A widget whose integration has not answered for this ticket yet shows nothing.
        """
        ticket = ticket_json(self._desk.ticket(ticket_id), self._desk)
        cards: list[Json] = []
        for widget in sorted(self._widgets.all(), key=lambda one: (one["order"], one["id"])):
            if widget["type"] != HTTP or widget["deactivated_datetime"] is not None:
                continue
            answer = self._integrations.answer(widget["integration_id"] or 0, ticket_id)
            if answer is not None:
                cards += self._cards(widget["template"], answer, ticket)
        return cards

    def _cards(self, template: Mapping[str, Any], data: Any, ticket: Json) -> list[Json]:
        kind = template.get("type")
        at = _at(data, str(template.get("path") or ""))
        if kind == "wrapper":
            return self._all_cards(template, at, ticket)
        if kind == "list":
            limit = int((template.get("meta") or {}).get("limit") or _USUAL_LIMIT)
            rows = at[:limit] if isinstance(at, list) else []
            return [card for row in rows for card in self._all_cards(template, row, ticket)]
        return [self._card(template, at, ticket)] if kind == "card" else []

    def _all_cards(self, template: Mapping[str, Any], at: Any, ticket: Json) -> list[Json]:
        inner = template.get("widgets") or []
        return [card for one in inner for card in self._cards(one, at, ticket)]

    def _card(self, template: Mapping[str, Any], at: Any, ticket: Json) -> Json:
        context = {**(at if isinstance(at, Mapping) else {}), "ticket": ticket}
        meta = template.get("meta") or {}
        custom = meta.get("custom") or {}
        links = [
            {
                name: self._templates.text(str(one.get(name, "")), context)
                for name in ("label", "url")
            }
            for one in custom.get("links") or []
        ]
        return {
            "title": self._templates.text(str(template.get("title") or ""), context),
            "link": self._templates.text(str(meta.get("link") or ""), context),
            "fields": self._fields(template.get("widgets") or [], at),
            "links": [one for one in links if one["url"].startswith(("https://", "http://"))],
            "buttons": [str(one.get("label", "")) for one in custom.get("buttons") or []],
            "cards": self._all_cards(template, at, ticket),
        }

    def _fields(self, widgets: Sequence[Mapping[str, Any]], at: Any) -> list[Json]:
        fields: list[Json] = []
        for one in widgets:
            value = _at(at, str(one.get("path") or ""))
            if one.get("type") == "list":
                limit = int((one.get("meta") or {}).get("limit") or _USUAL_LIMIT)
                rows = value[:limit] if isinstance(value, list) else []
                fields += [field for row in rows for field in self._fields(_texts(one), row)]
            elif one.get("type") not in {"card", "wrapper"}:
                fields.append({"title": str(one.get("title") or ""), "value": _shown(value)})
        return fields


def _texts(template: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in template.get("widgets") or [] if one.get("type") != "card"]


def _at(data: Any, path: str) -> Any:
    """What stands at a dotted path; the root for an empty one."""
    for name in filter(None, path.split(".")):
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def _shown(value: Any) -> str:
    return "-" if value is None else str(value)
