"""How the audit is digested: whoever holds an export can do it again, in any language.

A digest is the SHA-256 of some fields in lower-case hexadecimal. Each field is written as a
netstring (https://cr.yp.to/proto/netstrings.txt): the number of its UTF-8 bytes in decimal, a
colon, the bytes, a comma. What is not there is the empty one, ``0:,``.

A row's fields, in this order: ``bookbag-audit-1``, its id, the merchant's id, its number (1, 2, 3
... for each merchant, in decimal), when (``2026-03-01T12:00:00.000000+00:00``, UTC, always with
six digits), the actor, the event, the draft's id, the detail as the very JSON text that is stored
and exported, the digest of its text, and the digest of the row before. Before number 1 stands
`BEGINNING`.

A text's fields: ``bookbag-audit-text-1``, its salt in hexadecimal, and its JSON text as it is
stored and exported. The row keeps the digest; text and salt stand in a table of their own, so that
they can be erased: the chain holds without them, and without the salt nobody can guess the text.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256

BEGINNING = "0" * 64
_ROW, _TEXT = "15:bookbag-audit-1,", "bookbag-audit-text-1"


def row_digest(
    previous: str,
    *,
    row_id: str,
    merchant_id: str,
    number: int,
    at: str,
    actor: str,
    event: str,
    draft_id: str | None,
    detail: str,
    text_digest: str | None,
) -> str:
    """The digest of a row. `at` is as `moment` writes it, `detail` is JSON text."""
    number_, draft, text = str(number), draft_id or "", text_digest or ""
    # Written out, for millions are made when an audit is checked.
    plain = (
        f"{_ROW}{len(row_id)}:{row_id},{len(merchant_id)}:{merchant_id},"
        f"{len(number_)}:{number_},{len(at)}:{at},{len(actor)}:{actor},{len(event)}:{event},"
        f"{len(draft)}:{draft},{len(detail)}:{detail},{len(text)}:{text},"
        f"{len(previous)}:{previous},"
    )
    if plain.isascii():
        return sha256(plain.encode()).hexdigest()
    fields = (row_id, merchant_id, number_, at, actor, event, draft, detail, text, previous)
    return sha256(_ROW.encode() + _netstrings(fields)).hexdigest()


def text_digest(salt: bytes, text: str) -> str:
    """The digest of a row's text, which is JSON."""
    return sha256(_netstrings((_TEXT, salt.hex(), text))).hexdigest()


def moment(at: datetime) -> str:
    """A time as it is digested."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _netstrings(fields: Iterable[str]) -> bytes:
    encoded = (field.encode() for field in fields)
    return b"".join(b"%d:%b," % (len(field), field) for field in encoded)
