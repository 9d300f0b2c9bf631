"""Whether a merchant's audit is what was written: every row, every text, and the end of it."""

from collections.abc import Callable, Iterable
from itertools import islice

from plugin.audit.chain import Chain, Wrong
from plugin.store import audit_reading
from plugin.store.audit_reading import Head, Stored
from plugin.store.audit_seal import Seal
from plugin.store.engine import Database
from plugin.store.scope import Scope

Progress = Callable[[int, int], None]
_AT_ONCE = 5_000
_KEYS = "the database was changed from outside, or a key of ours was removed"


def verify(
    database: Database,
    scope: Scope,
    *,
    expect: str | None = None,
    progress: Progress | None = None,
) -> Chain:
    """Check all rows of one moment.

    Args:
        database: Where they are.
        scope: Whose.
        expect: The digest of an earlier last row, noted elsewhere: it must still be in the chain.
        progress: Told how many rows were read, of how many.

    Returns:
        What was found; `Chain.wrong` says what is not in order, and which row is the first.
    """
    chain = Chain(scope.merchant_id, expect=expect)
    with database.read() as session:
        head = audit_reading.head(session, scope)
        for rows in audit_reading.pages(session, scope):
            if not chain.read(rows):
                break
            if progress is not None:
                progress(chain.rows, head.number if head else chain.rows)
        chain.end()
        if chain.wrong is None:
            chain.wrong = _wrong_end(chain, head)
        if chain.wrong is None and audit_reading.has_unnumbered(session, scope):
            chain.wrong = Wrong(None, "a row without a number was added past us")
        if chain.wrong is None and audit_reading.has_stray_text(session, scope):
            chain.wrong = Wrong(None, "a text belongs to no row: its row was removed")
    return chain


def verify_export(
    found: Iterable[tuple[str, Stored]],
    *,
    part: bool = False,
    expect: str | None = None,
    progress: Progress | None = None,
) -> Chain:
    """Check an export by itself: a file tells nothing of rows after its last.

    Args:
        found: Its rows with their merchant's id.
        part: It holds some rows only, such as one draft's: what is missing is no fault.
        expect: The digest of a last row, noted elsewhere.
        progress: Told how many rows were read, and 0: nobody knows how many there are.
    """
    rows = iter(found)
    chain = Chain("", part=part, expect=expect)
    while some := list(islice(rows, _AT_ONCE)):
        chain.merchant_id = chain.merchant_id or some[0][0]
        foreign = next((row for owner, row in some if owner != chain.merchant_id), None)
        if foreign is not None:
            chain.wrong = Wrong(foreign[0], "it is another merchant's")
        if foreign is not None or not chain.read(row for _, row in some):
            break
        if progress is not None:
            progress(chain.rows, 0)
    chain.end()
    return chain


def _wrong_end(chain: Chain, head: Head | None) -> Wrong | None:
    """What the head says against the rows: an end that was cut off, or lengthened."""
    if head is None:
        return Wrong(
            None, "the chain's head is gone, so that nobody knows how many rows there were"
        )
    if head.number > chain.number:
        first, last = chain.number + 1, head.number
        gone = f"number {first} is" if first == last else f"numbers {first} to {last} are"
        return Wrong(first, f"{gone} missing: the end was cut off")
    if head.number < chain.number:
        return Wrong(head.number + 1, "it was added past the chain's head")
    if head.digest != chain.digest:
        return Wrong(chain.number, "it is not the last row that the chain's head tells of")
    return _wrong_seal(chain, head)


def _wrong_seal(chain: Chain, head: Head) -> Wrong | None:
    """What the seal says against the head, and against an earlier one."""
    if head.seal is not None and head.seal.doubted is not None:
        how = f"the chain's head had been rewritten when it was added: {_KEYS}"
        return Wrong(head.seal.doubted, how)
    if head.seal != Seal(chain.merchant_id, head.number, head.digest):
        return Wrong(None, f"the chain's head does not fit its seal: {_KEYS}")
    return None
