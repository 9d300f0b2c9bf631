"""Whether promises and ungrounded facts are found: ``python -m bench.commitments``.

Judged on the labelled replies of `tests/text/commitments`, in two halves by hash. Rules are tuned
on the seen half; of the unseen one nothing but totals ever leaves this module.
"""

import json
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from connectors.types import ActionRequest, Money
from plugin.text.grounding import ungrounded
from plugin.text.lexicons import LANGUAGES
from plugin.text.promises import undeclared, undeclared_promises
from plugin.text.tokens import canonical

_LABELLED = Path(__file__).parents[1] / "tests" / "text" / "commitments"
HALVES = ("seen", "unseen")
# What a promise's words leave open.
_MAY_BE = {"voucher": {"store_credit", "discount"}, "credit": {"refund", "store_credit"}}
_WORDS, _RUNS = 200, 15


@dataclass(slots=True)
class Counts:
    """What was to be found, and what was.

    Attributes:
        kinds: Kinds of undeclared promise that were labelled, and `kinds_found` of them.
        promising: Replies with any; `promising_found`: flagged for any promise.
        strings: Ungrounded words that were labelled; `strings_found`: overlapped by a finding.
        harmless: Replies without either label; `held`: flagged all the same.
    """

    kinds: int = 0
    kinds_found: int = 0
    promising: int = 0
    promising_found: int = 0
    strings: int = 0
    strings_found: int = 0
    harmless: int = 0
    held: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        names = [field.name for field in fields(self)]
        return Counts(*(getattr(self, name) + getattr(other, name) for name in names))


@cache
def figures(half: str) -> dict[str, Counts]:
    """The counts of a half by language, and of ``all``."""
    found = {language: Counts() for language in LANGUAGES}
    for line in (_LABELLED / f"{half}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        found[row["language"]] += _judged(row)
    return found | {"all": sum(found.values(), Counts())}


def report(half: str) -> Iterator[str]:
    """One line a language, totals only."""
    for language, counts in figures(half).items():
        yield (
            f"{half}, {language}: kinds {_of(counts.kinds_found, counts.kinds)}, "
            f"any promise {_of(counts.promising_found, counts.promising)}, "
            f"ungrounded {_of(counts.strings_found, counts.strings)}, "
            f"needlessly held {_of(counts.held, counts.harmless)}"
        )


def speed() -> Iterator[str]:
    """Both judgements of a reply of 200 words; the given facts are new each time."""
    rows = [json.loads(line) for line in (_LABELLED / "seen.jsonl").open(encoding="utf-8")]
    for language in LANGUAGES:
        words = " ".join(row["text"] for row in rows if row["language"] == language).split()
        text = " ".join(words[:_WORDS])
        times = []
        for run in range(_RUNS + 1):
            given = [f"Order {run + 1000}", f"{run}.20 USD", f"Placed on 2026-05-{run + 1:02}"]
            started = time.perf_counter()
            undeclared(text, language, ())
            ungrounded(text, grounded=given, language=language)
            times.append((time.perf_counter() - started) * 1000)
        yield f"promises and grounding of {_WORDS} words, {language}: {_median(times[1:]):.1f} ms"


def _judged(row: dict[str, Any]) -> Counts:
    promised = {
        kind
        for promise in undeclared_promises(
            row["text"], row["language"], {action["type"] for action in row["actions"]}
        )
        for kind in _MAY_BE.get(promise.kind, {promise.kind})
    }
    text = canonical(row["text"])
    actions, more = _declared(row["actions"])
    findings = ungrounded(
        text, actions=actions, grounded=[*row["grounded"], *more], language=row["language"]
    )
    stated = [_span(text, finding.words) for finding in findings]
    labelled = [_span(text, canonical(words)) for words in row["ungrounded"]]
    harmless = not row["promises"] and not row["ungrounded"]
    return Counts(
        kinds=len(row["promises"]),
        kinds_found=len(promised.intersection(row["promises"])),
        promising=bool(row["promises"]),
        promising_found=bool(row["promises"] and promised),
        strings=len(labelled),
        strings_found=sum(any(a < d and c < b for c, d in stated) for a, b in labelled),
        harmless=harmless,
        held=harmless and bool(promised or findings),
    )


def _declared(records: list[dict[str, str]]) -> tuple[list[ActionRequest], list[str]]:
    """The actions, and those of their values for which our type has no field yet."""
    actions = [
        ActionRequest(
            record["type"],
            amount=Money.parse(record["amount"], record["currency"])
            if "amount" in record
            else None,
            order=record.get("order"),
        )
        for record in records
    ]
    more = [record[name] for record in records for name in _OTHERS if name in record]
    return actions, more + [f"{record['percent']}%" for record in records if "percent" in record]


_OTHERS = ("code", "url", "address", "item")


def _span(text: str, words: str) -> tuple[int, int]:
    start = text.find(words)
    return start, start + len(words)


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.2f})" if whole else "none"


def _median(values: list[float]) -> float:
    return statistics.median(values)


def lines() -> Iterator[str]:
    """Both halves' figures, and the time it takes."""
    for half in HALVES:
        yield from report(half)
    yield from speed()


def main() -> None:
    """Print them."""
    for line in lines():
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
