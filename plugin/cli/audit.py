"""``bookbag audit verify|export``."""

import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click

from plugin.audit.chain import Chain
from plugin.audit.export import csv_lines, json_lines, read_back, records
from plugin.audit.verify import verify as verify_chain
from plugin.audit.verify import verify_export
from plugin.cli.answers import json_option
from plugin.cli.opened import opened
from plugin.store import audit as audit_rows
from plugin.store import merchants
from plugin.store.audit_reading import Part

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])
_TELL_EVERY_SECONDS = 2.0


@click.group()
def audit() -> None:
    """What happened: whether it is untouched, and for other programs."""


@audit.command()
@click.option("--merchant", help="The merchant's id.")
@click.option("--file", "path", type=_FILE, help="An export, checked without any database.")
@click.option("--part", is_flag=True, help="The export holds some rows only: one draft, some days.")
@click.option("--expect", help="The digest of an earlier last row, as you noted it elsewhere.")
@json_option
@click.pass_context
def verify(
    context: click.Context,
    *,
    merchant: str | None,
    path: Path | None,
    part: bool,
    expect: str | None,
    as_json: bool,
) -> None:
    """Find any row that was changed, removed, added or moved, and any text that was touched.

    Exit code 1 where something is: it names the first row. Note the digest it prints outside of
    this machine, and give it to --expect later: that finds even an old copy put back whole.

    \b
    bookbag audit verify --merchant 0192...
    bookbag audit verify --file audit.jsonl
    """
    if (merchant is None) is (path is None):
        raise click.UsageError("Give --merchant, or --file.")
    if part and path is None:
        raise click.UsageError("--part goes with --file: a database holds all rows.")
    if path is not None:
        with path.open(encoding="ascii", errors="strict", newline="") as lines:
            found = read_back(lines)
            chain = verify_export(found, part=part, expect=expect, progress=_progress())
    else:
        with opened() as service:
            with service.database.read() as session:
                scope = merchants.require_merchant(session, merchant or "")
            chain = verify_chain(service.database, scope, expect=expect, progress=_progress())
    click.echo(json.dumps(_record(chain)) if as_json else _words(chain, whole=path is None))
    if chain.wrong is not None:
        context.exit(1)


@audit.command()
@click.option("--merchant", required=True, help="The merchant's id.")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl")
@click.option("--since", type=_DAY, help="From this day or time on, UTC.")
@click.option("--until", type=_DAY, help="Before this day or time, UTC.")
@click.option("--draft", help="Of one draft: its id.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A new file.")
def export(
    *,
    merchant: str,
    form: str,
    since: datetime | None,
    until: datetime | None,
    draft: str | None,
    out: Path | None,
) -> None:
    """Write rows of the audit with their texts, oldest first, to stdout or a new file.

    An export of all rows verifies by itself; one of some rows with --part. The export is recorded
    in the audit, too.

    \b
    bookbag audit export --merchant 0192... --format csv --since 2026-01-01 >audit.csv
    bookbag audit verify --file audit.csv --part
    """
    part = Part(_utc(since), _utc(until), draft)
    with ExitStack() as open_:
        service = open_.enter_context(opened())
        with service.database.write() as session:
            scope = merchants.require_merchant(session, merchant)
            what = {"what": "audit", "format": form, "draft": draft}
            audit_rows.add(
                session,
                scope,
                at=service.runtime.now(),
                actor="command",
                event="exported",
                detail=what,
            )
        to: BinaryIO = open_.enter_context(out.open("xb")) if out else sys.stdout.buffer
        session = open_.enter_context(service.database.read())
        found = records(session, scope, part)
        tell = _progress()
        for number, line in enumerate(csv_lines(found) if form == "csv" else json_lines(found)):
            to.write(line.encode())
            tell(number, 0)
        to.flush()


def _utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None


def _record(chain: Chain) -> dict[str, object]:
    wrong = chain.wrong
    return {
        "intact": wrong is None,
        "rows": chain.rows,
        "last_number": chain.number,
        "last_digest": chain.digest,
        "erased_texts": chain.tombstones,
        "wrong_number": wrong.number if wrong else None,
        "wrong": wrong.how if wrong else None,
    }


def _words(chain: Chain, *, whole: bool) -> str:
    if chain.wrong is not None:
        number = chain.wrong.number
        return f"NOT intact{'' if number is None else f', at number {number}'}: {chain.wrong.how}"
    which = "each by itself" if chain.part else f"up to number {chain.number}"
    told = f"intact {which}: {chain.rows} rows, {chain.tombstones} texts erased"
    if not whole and not chain.expect:
        told += "; whether rows after the last are missing, a file cannot tell: give --expect"
    return f"{told}\nlast digest: {chain.digest}"


def _progress() -> Callable[[int, int], None]:
    """Tells on stderr how far a long run is, every two seconds."""
    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _TELL_EVERY_SECONDS:
            told = time.monotonic()
            click.echo(f"{done:,}{f' of {total:,}' if total else ''} rows", err=True)

    return tell
