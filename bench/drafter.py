"""Whether the drafter's confidence means something: ``python -m bench.drafter``.

Judged on the labelled messages of `tests/drafting/confidence`, in two halves by hash. Of the unseen
half nothing but totals ever leaves this module. A message counts only where a draft was made; a
draft is right when the macro it came from is one of those that its author, who had not seen the
drafter, named.
"""

import hashlib
import json
import random
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from plugin.drafting.builtin import BuiltinDrafter
from plugin.drafting.macros import load_macros
from plugin.drafting.orders_file import load_orders
from plugin.drafting.record import draft_line

_LABELLED = Path(__file__).parents[1] / "tests" / "drafting" / "confidence" / "labelled.jsonl"
_COVERAGES = (0.2, 0.4, 0.6, 0.8, 1.0)
_BINS = 5
# From this confidence on the demo's autopilot policy lets a reply go out by itself.
TRUSTED = 0.80
_SHUFFLES = 200


@dataclass(frozen=True, slots=True)
class Judged:
    """One draft: how sure, how long its message, whether it was right and whether it could be."""

    confidence: float
    length: int
    right: bool
    has_right_answer: bool


@dataclass(frozen=True, slots=True)
class Half:
    """One half of the labelled set after drafting."""

    name: str
    messages: int
    judged: tuple[Judged, ...]

    def accuracy(self, score: Callable[[Judged], float], coverage: float) -> float:
        """The share of right ones among the `coverage` of drafts with the highest score."""
        ranked = sorted(self.judged, key=score, reverse=True)
        kept = ranked[: max(1, round(len(ranked) * coverage))]
        return _mean(draft.right for draft in kept)

    def area(self, score: Callable[[Judged], float]) -> float:
        """Area under the risk-coverage curve: the mean error over all coverages; less is better."""
        ranked = sorted(self.judged, key=score, reverse=True)
        wrong, risks = 0, []
        for count, draft in enumerate(ranked, 1):
            wrong += not draft.right
            risks.append(wrong / count)
        return _mean(risks)

    def brier(self) -> float:
        """Mean squared distance between confidence and what came out; less is better."""
        return _mean((draft.confidence - draft.right) ** 2 for draft in self.judged)


def by_confidence(draft: Judged) -> float:
    """What is judged."""
    return draft.confidence


def by_length(draft: Judged) -> float:
    """Shortest first: it is easier to be right about a short question."""
    return -draft.length


def halves() -> tuple[Half, Half]:
    """Draft for every message of the set: the half that was tuned on, and the unseen one."""
    data = files("plugin.demo").joinpath("data")
    drafter = BuiltinDrafter(load_macros(data.joinpath("macros.yaml").read_text("utf-8")))
    orders = load_orders(data.joinpath("orders.jsonl").read_text("utf-8").splitlines())
    judged: dict[str, list[Judged]] = {"visible": [], "unseen": []}
    messages = dict.fromkeys(judged, 0)
    for line in _LABELLED.read_text("utf-8").splitlines():
        row = json.loads(line)
        odd = hashlib.sha256(row["text"].encode()).digest()[0] % 2
        half = "unseen" if odd else "visible"
        messages[half] += 1
        draft = draft_line(drafter, orders, row)
        sources, confidence = draft["sources"], draft["confidence"]
        if draft["text"] is None or not isinstance(confidence, float):
            continue
        found = {source["id"] for source in sources} if isinstance(sources, list) else set()
        right = bool(found & set(row["right"]))
        length = len(row["text"].split())
        judged[half].append(Judged(confidence, length, right, bool(row["right"])))
    visible, unseen = (Half(name, messages[name], tuple(judged[name])) for name in judged)
    return visible, unseen


def report(half: Half) -> Iterable[str]:
    """One line a figure, totals only."""
    drafts = half.judged
    yield (
        f"{half.name}: {len(drafts)} of {half.messages} messages drafted, "
        f"{half.accuracy(by_confidence, 1.0):.2f} of them right"
    )
    for coverage in _COVERAGES[:-1]:
        yield (
            f"{half.name}, at {coverage:.0%}: surest right "
            f"{half.accuracy(by_confidence, coverage):.2f}"
            f", shortest {half.accuracy(by_length, coverage):.2f}"
            f", longest {half.accuracy(lambda draft: draft.length, coverage):.2f}"
            f", at random {half.accuracy(by_confidence, 1.0):.2f}"
        )
    yield (
        f"{half.name}, area under risk and coverage: confidence {half.area(by_confidence):.3f}, "
        f"shortest {half.area(by_length):.3f}, at random {_area_at_random(half):.3f}; "
        f"Brier score {half.brier():.3f}"
    )
    yield f"{half.name}, mean confidence and share right: {_reliability(drafts)}"
    trusted = [draft for draft in drafts if draft.confidence >= TRUSTED]
    hopeless = sum(not draft.has_right_answer for draft in trusted)
    right = sum(draft.right for draft in trusted)
    yield (
        f"{half.name}, confidence {TRUSTED:.2f} or more: {len(trusted)} drafts, {right} right, "
        f"{hopeless} of them where no answer is right"
    )


def _area_at_random(half: Half) -> float:
    chance = random.Random(1)  # noqa: S311 - an order, no secret
    return _mean(half.area(lambda _: chance.random()) for _ in range(_SHUFFLES))


def _reliability(drafts: Sequence[Judged]) -> str:
    ranked = sorted(drafts, key=by_confidence)
    size = -(-len(ranked) // _BINS)
    parts = [ranked[start : start + size] for start in range(0, len(ranked), size)]
    means = ((_mean(d.confidence for d in part), _mean(d.right for d in part)) for part in parts)
    return ", ".join(f"{sure:.2f} {right:.2f}" for sure, right in means)


def _mean(values: Iterable[float]) -> float:
    return statistics.fmean(values)


def lines() -> Iterator[str]:
    """Both halves' figures."""
    for half in halves():
        yield from report(half)


def main() -> None:
    """Print them."""
    for line in lines():
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
