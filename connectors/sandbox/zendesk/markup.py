"""Comment bodies: Zendesk's HTML wrapping, and the plain text of it."""

from dataclasses import dataclass

from connectors.sandbox.markup import paragraphs, plain_text
from connectors.sandbox.zendesk.errors import invalid


@dataclass(frozen=True, slots=True)
class Written:
    """One text in the forms Zendesk gives back."""

    html_body: str
    plain_body: str


def written(*, text: str | None, markup: str | None, blank: bool = False) -> Written:
    """A comment's forms, from HTML where it is given, else from plain text.

    `blank` is for a customer's mail, which may hold nothing but an attachment.

    Raises:
        ApiError: 422, both are blank.
    """
    if markup is not None and markup.strip():
        return Written(_wrap(markup), plain_text(markup))
    if text is not None and text.strip():
        return Written(_wrap(paragraphs(text.strip())), text.strip())
    if blank and (text is not None or markup is not None):
        return Written(_wrap(""), "")
    raise invalid("comment", "body cannot be blank")


def _wrap(markup: str) -> str:
    inner = markup.replace("<p>", '<p dir="auto">')
    return f'<div class="zd-comment" dir="auto">{inner}</div>'
