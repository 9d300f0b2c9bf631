"""What tests of the policy pages share: a known file in force, and forms that are sent on."""

from typing import Any

import requests
from selectolax.lexbor import LexborNode

from plugin.activation import Activator, activate
from plugin.demo.world import data
from plugin.store import files
from plugin.store.file_tables import PolicyVersion
from tests.bench.world import Bench
from tests.web.visitor import Visitor, hidden, parsed

DEMO = data("policies.yaml")
PLAIN = """\
# Ours.
version: 1
currency: USD

policies:
  # Since the spring.
  - id: big-refund
    when: {action: refund, amount_over: 50.00}
    require: approval
    deadline: 2h
    escalate_to: admin
"""


def put_in_force(bench: Bench, source: str = PLAIN, *, by: str = "Tester", why: str = "") -> int:
    """Another version, past the pages."""
    return activate(bench.runtime, bench.scope, source, Activator(by, "command"), why=why or None)


def in_force(bench: Bench) -> PolicyVersion:
    """What holds now."""
    with bench.runtime.database.read() as session:
        found = files.policy_in_force(session, bench.scope)
    assert found is not None
    return found


def preview(visitor: Visitor, source: str, **fields: object) -> requests.Response:
    """Go from the text's page to what it would change."""
    form = {**hidden(visitor.get("/policies/text")), "source": source, **fields}
    return visitor.post("/policies/preview", data=form)


def activated(visitor: Visitor, shown: requests.Response, **fields: object) -> requests.Response:
    """Press the button below what would change."""
    return visitor.post("/policies/activate", data={**hidden(shown), **fields})


def source_of(answer: requests.Response) -> str:
    """What stands in the text's field. HTML drops the line end that directly follows its tag."""
    (field,) = parsed(answer).css("textarea#source")
    return str(field.text(strip=False))


def form_of(answer: requests.Response) -> dict[str, Any]:
    """All fields of the table's form as a browser would send them, without a button."""
    (form,) = parsed(answer).css("#table-form")
    fields: dict[str, Any] = {}
    for node in form.css("input, select"):
        name, value = str(node.attributes["name"]), _value(node)
        fields.setdefault(name, []).append(value)
    return fields


def rows_in(answer: requests.Response) -> list[dict[str, str]]:
    """The table's rows, each field by its name."""
    fields = form_of(answer)
    names = ("id", "tags", "oversight", "approver", "amount", "deadline")
    return [
        {name: fields[f"{name}-{number}"][0] for name in names} for number in fields.get("row", ())
    ]


def _value(node: LexborNode) -> str:
    if node.tag == "select":
        (chosen,) = node.css("option[selected]")
        return str(chosen.attributes["value"])
    return str(node.attributes.get("value") or "")
