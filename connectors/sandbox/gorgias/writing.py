"""The forms of one text: plain and HTML, with the quoted thread and without it."""

import re
from dataclasses import dataclass

from connectors.sandbox.gorgias.records import Message
from connectors.sandbox.markup import paragraphs, plain_text

_QUOTED = re.compile(r"^(On .{4,200} wrote:|>.*|-- |-{3,} ?Original Message ?-{3,})$", re.MULTILINE)
_QUOTED_MARKUP = re.compile(r'<(blockquote|div class="gmail_quote").*', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Written:
    """One text as Gorgias gives it back. The stripped ones are without thread and signature."""

    body_text: str
    body_html: str
    stripped_text: str
    stripped_html: str


def written(text: str | None, markup: str | None) -> Written:
    """The forms of a message that came in, or that the API made."""
    body_html = markup if markup is not None else paragraphs(text or "")
    body_text = text if text is not None else plain_text(body_html)
    return Written(body_text, body_html, stripped(body_text), _stripped_markup(body_html))


def replied(text: str, thread: Message | None, *, signature: str = "") -> Written:
    """What an agent's browser sends: the reply, the signature, and the thread below."""
    signed = f"{text}\n\n{signature}" if signature else text
    own = paragraphs(text)
    if thread is None:
        return Written(signed, paragraphs(signed), text, own)
    when = thread.created_at
    quoted = f"On {when:%a, %b %d, %Y, at %I:%M %p}, {thread.sender.name} wrote:" if when else ""
    quote = f'<blockquote class="gorgias_quote">{thread.body_html}</blockquote>'
    return Written(
        f"{signed}\n\n{quoted}\n{thread.body_text}",
        f"{paragraphs(signed)}<br><div>{paragraphs(quoted)}</div>{quote}",
        text,
        own,
    )


def stripped(text: str) -> str:
    """Text before the first line of a quoted thread or a signature."""
    found = _QUOTED.search(text)
    return (text if found is None else text[: found.start()]).strip()


def _stripped_markup(markup: str) -> str:
    return _QUOTED_MARKUP.sub("", markup).strip()
