"""The parsers that read what others wrote, each with good input and what it must keep."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from bench.soak.fuzz import NotKeptError, Target
from connectors import strict_json
from connectors.errors import UnreadablePayloadError
from connectors.orders import OrderFormatError, parse_order
from connectors.reading import WrongShapeError
from connectors.strict_json import NotJsonError
from connectors.types import Money
from connectors.zendesk import mapping
from connectors.zendesk.reading import Fields
from connectors.zendesk.webhooks import ZendeskWebhooks
from plugin import documents
from plugin.cli.jsonl import parse_json
from plugin.demo.world import data, json_lines
from plugin.drafting.macros import load_macros
from plugin.drafting.orders_file import load_orders
from plugin.errors import InvalidInputError, PolicyFileError
from plugin.policy.load import load as load_policy
from plugin.text.amounts import amounts
from plugin.text.commands import parse_command
from plugin.text.dates import dates
from plugin.text.diff import diff
from plugin.text.entities import entities
from plugin.text.promises import find_promises
from plugin.text.reply import Reply, html_to_text, split_reply
from tests.connectors.shop_api.order_sample import ORDER
from tests.connectors.zendesk.answers import CUSTOMER, audit, comment, ticket, wrote
from tests.hostile.texts import TEXTS
from tests.intake.payloads import event

_VENDOR = (NotJsonError, WrongShapeError)
_MAIL = (
    """Hello,

please refund $40.00 for order #1002 by Friday, 12 May 2026.

Thanks
Maya
--\x20
Maya Lind | Larkspur

On Mon, 4 May 2026 at 10:12, Ana <ana@shop.example> wrote:
> We will not charge you 1.234,50 EUR again.
>> See https://shop.example/a?b=1
""",
    """Bonjour, où est mon colis ? 12,50 €.

Le lun. 4 mai 2026 à 10:12, Ana a écrit :
> Merci""",
    """Hi

-----Original Message-----
From: Ana
Sent: Monday
To: Maya
Subject: Re: it

Gone.
This e-mail is confidential and intended only for the addressee.""",
)
_PAGES = (
    """<div>Hi Ana,<br>it is <b>broken</b>.<div class="gmail_quote">On Mon, Ana wrote:
<blockquote>We shipped it.</blockquote></div></div>""",
    """<p>Thanks &amp; bye &#8212; Maya</p><div id="Signature"><table><tr><td>Maya</td></tr></table>
</div><hr><div id="divRplyFwdMsg"><b>From:</b> Ana</div><style>p{}</style><!-- x -->""",
)
_NOTES = tuple(
    "/approve K7Q2M done|/reject late|/edit\nDear Maya,\nsorry.|/respond|/status".split("|")
)
_AMOUNTS = ("54.20", "0.00", "1000000.00", "12", "99999999999.99")


def targets() -> Sequence[Target]:
    """All of them."""
    messages = tuple(row["text"] for row in json_lines(data("tickets.jsonl")) if row.get("text"))
    prose = (*messages, *_MAIL, *TEXTS.values())
    events = _dumped(event(), event("created"), event("status_changed"))
    answers = _dumped(
        {"ticket": ticket("a"), "users": [CUSTOMER]},
        {"comments": [comment(1)], "users": [CUSTOMER]},
        {"audits": [audit(1, wrote(1), effect="e")], "users": []},
    )
    orders = data("orders.jsonl")
    policies, macros = (data("policies.yaml"),), (data("macros.yaml"),)
    page_like = (*_PAGES, *(f"<p>{text}</p>" for text in _MAIL))
    return (
        Target("webhook", _read_webhook, (UnreadablePayloadError,), events, shaped=True),
        Target(
            "JSON of vendors", _with_bytes(strict_json.load), (NotJsonError,), answers, shaped=True
        ),
        Target(
            "JSON Lines", _with_bytes(parse_json), (InvalidInputError,), _lines(orders), shaped=True
        ),
        Target("Zendesk's answers", _read_answer, _VENDOR, answers, shaped=True),
        Target(
            "the shop's orders",
            _read_order,
            (NotJsonError, OrderFormatError),
            _dumped(ORDER),
            shaped=True,
        ),
        Target("orders file", _read_orders, (InvalidInputError,), ("\n".join(_lines(orders)),)),
        Target("policy file", load_policy, (PolicyFileError,), policies),
        Target("macros file", load_macros, (InvalidInputError,), macros),
        Target("YAML", documents.read, (), (*policies, *macros)),
        Target("amount field", partial(Money.parse, currency="USD"), (ValueError,), _AMOUNTS),
        Target("reply from text", _split_text, (), prose),
        Target("reply from HTML", _split_html, (), page_like),
        Target("note command", _read_command, (), (*_NOTES, *_MAIL)),
        Target("amounts", lambda text: list(amounts(text)), (), prose),
        Target("dates", lambda text: list(dates(text)), (), prose),
        Target("entities", entities, (), prose),
        Target("promises", _find_promises, (), prose),
        Target("diff", _diff, (), prose),
    )


def _dumped(*good: Any) -> tuple[str, ...]:
    return tuple(json.dumps(one) for one in good)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.splitlines()[:8])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _with_bytes(read: Callable[[bytes], object]) -> Callable[[str], object]:
    return lambda text: read(_bytes(text))


def _read_webhook(text: str) -> None:
    found = ZendeskWebhooks().parse(_bytes(text))
    if not (found.id.isascii() and found.ticket_id.isascii()):
        raise NotKeptError("an id that is not one")


def _read_answer(text: str) -> None:
    page = Fields(strict_json.load(_bytes(text)))
    people = mapping.people(page)
    if page.has("comments"):
        for one in page.children("comments"):
            mapping.message(one, people)
    elif page.has("audits"):
        mapping.origin(page.children("audits"), "1")
        mapping.effect_receipt(page.children("audits"), "e")
    else:
        mapping.ticket(page, mapping.stranger(mapping.requester_id(page)))


def _read_order(text: str) -> None:
    parse_order(strict_json.load(_bytes(text)))


def _read_orders(text: str) -> None:
    load_orders(text.splitlines())


def _read_command(text: str) -> None:
    for html in (None, f"<div>{text}</div>"):
        parse_command(text, html, open_ids={"K7Q2M"})


def _find_promises(text: str) -> None:
    for language in ("en", "de", None):
        list(find_promises(text, language))


def _split_text(text: str) -> None:
    _keeps_all(split_reply(text, None), text)


def _split_html(text: str) -> None:
    _keeps_all(split_reply(None, text), html_to_text(text))


def _keeps_all(split: Reply, whole: str) -> None:
    """Every visible character is in the reply or in what was removed, and no other."""
    parts = "".join((split.reply, *(removed.text for removed in split.removed)))
    if _visible(parts) != _visible(whole):
        raise NotKeptError("the reply and what was removed are not the message")


def _visible(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def _diff(text: str) -> None:
    """The halves of a text against each other: both come back byte for byte."""
    draft, final = text[: len(text) // 2], text[len(text) // 2 :]
    found = diff(draft, final)
    if "".join(found.tokens_draft) != draft or "".join(found.tokens_final) != final:
        raise NotKeptError("the tokens are not the text")
    made: list[str] = []
    for tag, d0, d1, f0, f1 in found.ops:
        kept = found.tokens_draft[d0:d1] if tag == "equal" else found.tokens_final[f0:f1]
        made += kept
    if "".join(made) != final:
        raise NotKeptError("the operations do not make the final text")
