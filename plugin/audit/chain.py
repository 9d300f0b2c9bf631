"""Whether rows of the audit are a chain: pure, over rows from the database or from an export."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from plugin.store.audit_digest import BEGINNING, moment, row_digest, text_digest
from plugin.store.audit_numbers import TEXTS_ERASED, erased_numbers
from plugin.store.audit_reading import Stored


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong, in words. `number`: the first row that is; None where it is no row's."""

    number: int | None
    how: str


@dataclass(slots=True)
class Chain:
    """What the rows so far have shown.

    Attributes:
        merchant_id: Whose rows they are.
        part: Some are missing rightly: an export of one draft, or since some day.
        expect: The digest of an earlier last row, noted elsewhere.
        rows: How many were read.
        number: The last one's.
        digest: The last one's.
        tombstones: How many texts were erased, and a row says so.
        wrong: What is wrong first; nothing is read after it.
    """

    merchant_id: str
    part: bool = False
    expect: str | None = None
    rows: int = 0
    number: int = 0
    digest: str = BEGINNING
    tombstones: int = 0
    wrong: Wrong | None = None
    _without_text: list[int] = field(default_factory=list)
    _erased: list[tuple[int, int]] = field(default_factory=list)
    _expected_seen: bool = False

    def read(self, rows: Iterable[Stored]) -> bool:
        """Take the next rows. Returns whether all is well so far."""
        for row in rows:
            self.wrong = self._wrong_with(row)
            if self.wrong is not None:
                return False
            self.rows += 1
        return True

    def end(self) -> None:
        """There are no more rows."""
        self.tombstones = len(self._without_text)
        if self.wrong is not None or self.part:
            return
        told = {n for first, last in self._erased for n in range(first, last + 1)}
        untold = next((n for n in self._without_text if n not in told), None)
        if untold is not None:
            self.wrong = Wrong(untold, "its text is missing, and no row says that it was erased")
        elif self.expect is not None and not self._expected_seen:
            self.wrong = Wrong(
                None, "no row has the digest that you expect: the chain was made anew since"
            )

    def _wrong_with(self, row: Stored) -> Wrong | None:
        number, row_id, at, actor, event, draft_id, detail, its_text, previous, digest, *text = row
        wanted = self.number + 1
        if not isinstance(number, int):
            return Wrong(wanted, "it has no number")
        if number != wanted and not (self.part and number > wanted):
            return _wrong_number(number, wanted)
        has_neighbour = number == wanted and (self.rows > 0 or not self.part)
        if previous != self.digest and has_neighbour:
            return _not_next(number)
        try:
            right = row_digest(
                previous,
                row_id=row_id,
                merchant_id=self.merchant_id,
                number=number,
                at=as_digested(at),
                actor=actor,
                event=event,
                draft_id=draft_id,
                detail=detail,
                text_digest=its_text,
            )
        except (TypeError, ValueError):
            right = None
        if digest != right:
            return Wrong(number, "it was changed: its digest is another")
        if event == TEXTS_ERASED:
            self._erased += erased_numbers(detail)
        if digest == self.expect:
            self._expected_seen = True
        self.number, self.digest = number, digest
        return self._wrong_text(number, its_text, *text)

    def _wrong_text(
        self, number: int, digest: str | None, salt: object, text: object
    ) -> Wrong | None:
        if digest is None:
            return None if text is None else Wrong(number, "it has a text and never had one")
        if text is None:
            self._without_text.append(number)
        elif not _fits(digest, salt, text):
            return Wrong(number, "its text was changed, or is another row's")
        return None


def _fits(digest: str, salt: object, text: object) -> bool:
    """Whether it is the text of that digest. SQLite keeps anything in any column."""
    if not isinstance(salt, bytes) or not isinstance(text, str):
        return False
    return text_digest(salt, text) == digest


def _wrong_number(number: int, wanted: int) -> Wrong:
    if number < wanted:
        how = "it is there twice" if number > 0 else "the first row of a chain is number 1"
        return Wrong(number, how)
    gap = f"number {wanted} is" if number == wanted + 1 else f"numbers {wanted} to {number - 1} are"
    return Wrong(wanted, f"{gap} missing")


def _not_next(number: int) -> Wrong:
    if number == 1:
        return Wrong(number, "it is not the first row of a chain")
    how = f"it does not follow number {number - 1} as that is now: one of the two was replaced"
    return Wrong(number, how)


def as_digested(stored: object) -> str:
    """A time as it is digested: PostgreSQL gives a time, SQLite its text, an export ours."""
    if isinstance(stored, datetime):
        return moment(stored)
    text = str(stored)
    return text if "T" in text else f"{text.replace(' ', 'T')}+00:00"
