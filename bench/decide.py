"""How many drafts a second are decided by 200 policies, reasons included, on one core.

Beside the PyPI package `rule-engine` on the same policies and drafts, in the same run: expressions
over facts that are prepared for it, compiled once. It answers which rules match, and no reasons.
Both are held to match the same. Texts are judged once a draft, before `decide` is asked here.
Alone: ``python -m bench.decide``.
"""

import gc
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import rule_engine

from bench.profile import profiled
from bench.report import Figure
from connectors.types import ActionRequest, Money
from plugin.models import Draft, Facts, OrderFacts
from plugin.policy.decide import decide_on
from plugin.policy.load import load
from plugin.policy.model import PolicyFile
from plugin.policy.situation import Situation

_POLICIES, _DRAFTS = 200, 200
_ROUNDS = 7
_A_SECOND, _TIMES = 4_000, 5
_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
_PAYS = ("refund", "store_credit", "discount", "reship")
_INTENTS = [f"intent_{number}" for number in range(40)]
_TAGS = [f"tag_{number}" for number in range(80)]
_CHANNELS, _TIERS = ("email", "chat", "web"), ("gold", "silver", "none")


@dataclass(frozen=True, slots=True)
class Rule:
    """One policy: as our file has it, and as an expression over `_facts_for_the_other`."""

    ours: str
    theirs: str


def main() -> None:
    """Print the figures."""
    for figure in figures():
        sys.stdout.write(figure.line() + "\n")


def figures() -> Iterator[Figure]:
    """Ours a second, and how often theirs goes into that."""
    rules = _rules()
    file = load(_source(rules))
    situations = _situations(file)
    items = rule_engine.Context(resolver=rule_engine.resolve_item)
    theirs = [rule_engine.Rule(rule.theirs, context=items) for rule in rules]
    facts = [_facts_for_the_other(situation) for situation in situations]
    _require_the_same(situations, theirs, facts)

    def decide_all() -> None:
        for situation in situations:
            decide_on(situation)

    def match_all() -> None:
        for one in facts:
            for rule in theirs:
                rule.matches(one)

    ours_s, theirs_s = _fastest(decide_all, match_all)
    matched = sum(len(decide_on(situation).policies) for situation in situations) / _DRAFTS
    yield Figure(
        name=f"decide by {_POLICIES} policies, reasons included",
        value=_DRAFTS / ours_s,
        unit="/s",
        goal=_A_SECOND,
        at_least=True,
        limit=f"{matched:.1f} policies match a draft; {_where(decide_all)}",
    )
    yield Figure(
        name="decide: times as many as rule-engine",
        value=theirs_s / ours_s,
        goal=_TIMES,
        at_least=True,
        limit=f"rule-engine {rule_engine.__version__} decides {_DRAFTS / theirs_s:.0f}/s",
    )


def _fastest(*works: Callable[[], None]) -> list[float]:
    """The least processor time of each in several rounds, in turns; seconds."""
    least = [float("inf")] * len(works)
    gc.collect()
    for _ in range(_ROUNDS):
        for place, work in enumerate(works):
            started = time.process_time()
            work()
            least[place] = min(least[place], time.process_time() - started)
    return least


def _where(work: Callable[[], None]) -> str:
    with profiled() as profile:
        work()
    return profile.shares(
        ("policy/index.py", "found", "finding what could match"),
        ("policy/decide.py", "_matched", "conditions and reasons"),
        ("policy/built_in.py", "built_in_demands", "our own rules"),
    )


def _rules() -> list[Rule]:
    """As a large merchant's file: mostly about one action, intent or tag each, some about all."""
    draw = random.Random(7)  # noqa: S311 (made-up policies)
    makers: Sequence[tuple[int, Callable[[random.Random], Rule]]] = (
        (60, _about_money),
        (50, _about_tags),
        (40, _about_an_intent),
        (30, _about_doubt),
        (20, _about_all),
    )
    rules = [make(draw) for count, make in makers for _ in range(count)]
    draw.shuffle(rules)
    return rules


def _about_money(draw: random.Random) -> Rule:
    kind, most, tier = draw.choice(_PAYS), draw.randrange(20, 400), draw.choice(_TIERS)
    if draw.random() < 0.5:  # noqa: PLR2004 (half of them)
        return Rule(
            f"require: approval, when: {{action: {kind}, amount_over: {most}}}",
            f"{kind} != null and {kind} > {most}",
        )
    return Rule(
        f"require: approval, when: {{action: {kind}, amount_over: {most}, segment: {{t: {tier}}}}}",
        f'{kind} != null and {kind} > {most} and tier == "{tier}"',
    )


def _about_tags(draw: random.Random) -> Rule:
    one, other = draw.sample(_TAGS, 2)
    return Rule(
        f"require: approval, tags: [{one}, {other}]", f'"{one}" in tags or "{other}" in tags'
    )


def _about_an_intent(draw: random.Random) -> Rule:
    intent, sure = draw.choice(_INTENTS), draw.randrange(80, 99)
    return Rule(
        f"allow: auto, when: {{intent: {intent}, confidence_at_least: 0.{sure}, actions: none}}",
        f'intent == "{intent}" and confidence >= 0.{sure} and actions == 0',
    )


def _about_doubt(draw: random.Random) -> Rule:
    intents, sure = draw.sample(_INTENTS, 2), draw.randrange(50, 80)
    return Rule(
        f"require: review, when: {{intent: [{', '.join(intents)}], confidence_below: 0.{sure}}}",
        f'(intent == "{intents[0]}" or intent == "{intents[1]}") and confidence < 0.{sure}',
    )


def _about_all(draw: random.Random) -> Rule:
    channel, days, most = draw.choice(_CHANNELS), draw.randrange(20, 90), draw.randrange(200, 400)
    if draw.random() < 0.5:  # noqa: PLR2004 (half of them)
        return Rule(
            f"require: review, when: {{channel: {channel}, order_age_over: {days}d}}",
            f'channel == "{channel}" and order_days > {days}',
        )
    return Rule(
        f"require: approval, when: {{amount_over: {most}, channel: {channel}}}",
        f'most != null and most > {most} and channel == "{channel}"',
    )


def _source(rules: Sequence[Rule]) -> str:
    policies = "".join(f"  - {{id: p{place}, {rule.ours}}}\n" for place, rule in enumerate(rules))
    return f"version: 1\ncurrency: USD\npolicies:\n{policies}"


def _situations(file: PolicyFile) -> list[Situation]:
    """Drafts whose texts have been looked at."""
    draw = random.Random(11)  # noqa: S311 (made-up drafts)
    made = [Situation(file, _draft(draw), _facts(draw)) for _ in range(_DRAFTS)]
    for situation in made:
        decide_on(situation)
    return made


def _draft(draw: random.Random) -> Draft:
    actions = tuple(
        ActionRequest(kind, Money(Decimal(draw.randrange(500, 30_000)).scaleb(-2), "USD"))
        for kind in draw.sample(_PAYS, draw.choice((0, 0, 1, 1, 1, 2)))
    )
    sure = Decimal(draw.randrange(40, 100)).scaleb(-2)
    return Draft("Hello, it is on its way.", draw.choice(_INTENTS), sure, "en", actions)


def _facts(draw: random.Random) -> Facts:
    return Facts(
        message="Where is it?",
        tags=frozenset(draw.sample(_TAGS, draw.choice((0, 1, 1, 2, 3)))),
        channel=draw.choice(_CHANNELS),
        language="en",
        order=OrderFacts(
            Money(Decimal(200), "USD"), _AT - timedelta(days=draw.randrange(1, 100), hours=1)
        ),
        segment={"t": draw.choice(_TIERS)},
        at=_AT,
    )


def _facts_for_the_other(situation: Situation) -> Mapping[str, Any]:
    draft, facts = situation.draft, situation.facts
    amounts = {action.type: action.amount.amount for action in draft.actions if action.amount}
    order = facts.order
    placed_at = order.placed_at if order and order.placed_at else _AT
    return {
        **dict.fromkeys(_PAYS),
        **amounts,
        "most": max(amounts.values(), default=None),
        "actions": len(draft.actions),
        "tags": set(facts.tags),
        "intent": draft.intent,
        "confidence": draft.confidence,
        "channel": facts.channel,
        "tier": (facts.segment or {})["t"],
        "order_days": (_AT - placed_at) / timedelta(days=1),
    }


def _require_the_same(
    situations: Sequence[Situation],
    theirs: Sequence[rule_engine.Rule],
    facts: Sequence[Mapping[str, Any]],
) -> None:
    for situation, one in zip(situations, facts, strict=True):
        ours = {hit.id for hit in decide_on(situation).policies}
        if ours != {f"p{place}" for place, rule in enumerate(theirs) if rule.matches(one)}:
            raise RuntimeError("the two do not match the same policies")


if __name__ == "__main__":
    main()
