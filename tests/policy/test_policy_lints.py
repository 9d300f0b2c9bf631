"""What is allowed in a file and probably not meant, over several policies."""

import pytest

from plugin.policy.load import check
from plugin.policy.seen import Seen

HEAD = 'version: 1\ncurrency: USD\nrates: {EUR: "1.10"}\npolicies:\n'
COVERED = """
limits:
  - {id: m, actions: [refund, store_credit, discount, reship], per: order, window: 1d, max: 9,
     require: review}
"""


def doubts(*policies: str, seen: Seen | None = None, more: str = COVERED) -> list[str]:
    """The warnings, as ``field: message``. There is no error."""
    source = HEAD + "\n".join(f"  - {{{policy}}}" for policy in policies) + more
    problems = check(source, seen)
    assert all(problem.level == "warning" for problem in problems), problems
    return [f"{problem.field}: {problem.message}" for problem in problems]


STRICT = "id: strict, require: approval"
LOOSE = "id: loose, require: review"


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("{amount_over: 50}", "{amount_over: 100}"),
        ("{amount_over: 50}", "{amount_at_least: 50.01}"),
        ("{amount_at_least: 50}", "{action: refund, amount_over: 50}"),
        ("{amount_over: 50}", "{amount_between: [60, 70]}"),
        ("{amount_between: [10, 90]}", "{amount_between: [20, 80]}"),
        ("{amount_over: 54}", "{amount_over: 50 EUR}"),
        ("{action: [refund, discount]}", "{action: refund, amount_over: 5}"),
        ("{actions: any}", "{amount_over: 5}"),
        ("{tags_any: [a, b]}", "{tags_any: A, intent: x}"),
        ("{tags_any: [a, b]}", "{tags_all: [b, c]}"),
        ("{tags_all: [a]}", "{tags_all: [a, b]}"),
        ("{confidence_below: 0.8}", "{confidence_below: 0.7}"),
        ("{segment: {tier: [gold, silver]}}", "{segment: {tier: gold, land: de}}"),
        ("{sensitive: any}", "{sensitive: press}"),
        ("{novel: true}", "{novel: true, channel: chat}"),
    ],
)
def test_a_policy_that_a_stricter_one_always_beats_never_decides(wide: str, narrow: str) -> None:
    found = doubts(f"{LOOSE}, when: {narrow}", f"{STRICT}, when: {wide}")
    told = "policies[0]: never decides: strict holds wherever this does, and is stricter"
    assert told in found
    # The other way round it may still decide.
    assert not any(
        "decides" in d for d in doubts(f"{STRICT}, when: {narrow}", f"{LOOSE}, when: {wide}")
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{amount_over: 100}", "{amount_over: 50}"),
        ("{action: refund, amount_over: 50}", "{amount_over: 60}"),
        ("{amount_over: 55.01}", "{amount_over: 50 EUR}"),
        ("{amount_between: [10, 90]}", "{amount_over: 20}"),
        ("{tags_any: a}", "{tags_any: [a, b]}"),
        ("{tags_none: [a, b]}", "{tags_none: a}"),
        ("{confidence_below: 0.7}", "{confidence_below: 0.8}"),
        ("{message_contains: x}", "{reply_contains: x}"),
        ("{business_hours: inside}", "{business_hours: outside}"),
    ],
)
def test_where_a_policy_may_still_decide_nothing_is_said(one: str, other: str) -> None:
    head = 'business_hours: {timezone: UTC, mon: "09:00-18:00"}'
    found = doubts(f"{STRICT}, when: {one}", f"{LOOSE}, when: {other}", more=f"{COVERED}\n{head}")
    assert not any("never decides" in doubt for doubt in found)


def test_an_allow_that_a_requirement_always_beats_never_wins() -> None:
    allow = "id: a, allow: auto, when: {intent: status, confidence_at_least: 0.9, actions: none}"
    assert doubts(allow, "id: r, require: review, when: {intent: [status, other]}") == [
        "policies[0].allow: never wins: r holds wherever this does, and requires review"
    ]
    assert doubts(allow, "id: r, require: review, when: {intent: status, tags_any: x}") == []


@pytest.mark.parametrize(
    ("when", "doubtful"),
    [
        ("{confidence_at_least: 0.9, confidence_below: 0.9}", "confidence_below: excludes"),
        ("{tags_any: [a], tags_none: [A, b]}", "tags_none: never matches"),
        ("{tags_all: [a, c], tags_none: [c]}", "tags_none: never matches"),
    ],
)
def test_conditions_that_exclude_each_other_are_told(when: str, doubtful: str) -> None:
    (doubt,) = doubts(f"{STRICT}, when: {when}")
    assert doubt.startswith(f"policies[0].when.{doubtful}")


def test_amounts_that_exclude_each_other_hardly_ever_match() -> None:
    (doubt,) = doubts(f"{STRICT}, when: {{amount_over: 50, amount_between: [10, 20]}}")
    assert doubt.startswith("policies[0].when: hardly ever matches")


def test_a_gap_between_ranges_is_told() -> None:
    found = doubts(
        "id: low, require: review, when: {action: refund, amount_between: [0, 50]}",
        "id: mid, require: approval, when: {action: refund, amount_between: [60, 100]}",
        "id: top, require: block, when: {action: refund, amount_over: 120}",
    )
    gap = "leaves a gap to"
    assert found == [
        f"policies[1].when.amount_between: {gap} low: neither holds from 50.01 USD to 59.99 USD",
        f"policies[2].when.amount_over: {gap} mid: neither holds from 100.01 USD to 120.00 USD",
    ]


def test_an_overlap_of_ranges_is_told() -> None:
    (doubt,) = doubts(
        "id: low, require: review, when: {amount_between: [0, 50]}",
        "id: mid, require: approval, when: {amount_between: [40, 100]}",
    )
    assert doubt == (
        "policies[1].when.amount_between: overlaps low from 40.00 USD to 50.00 USD; there the"
        " stricter holds"
    )


def test_ranges_that_meet_and_lines_above_each_other_are_in_order() -> None:
    assert (
        doubts(
            "id: low, require: review, when: {amount_between: [0, 50]}",
            "id: mid, require: approval, when: {amount_between: [50, 100]}",
            "id: top, require: block, when: {amount_over: 100}",
        )
        == []
    )
    assert (
        doubts(
            "id: large, require: approval, when: {action: refund, amount_over: 50}",
            "id: larger, require: block, when: {action: refund, amount_over: 250}",
            "id: other, require: approval, when: {action: discount, amount_between: [0, 10]}",
        )
        == []
    )


def test_an_amount_in_another_currency_moves_with_the_rate() -> None:
    assert doubts(
        f"{STRICT}, when: {{amount_over: 50 EUR}}", f"{LOOSE}, when: {{amount_over: 5}}"
    ) == ["policies[0].when.amount_over: is in EUR: in USD the line moves with the rate"]


def test_money_that_no_policy_looks_at_is_told() -> None:
    refunds = f"{STRICT}, when: {{action: [refund, store_credit], amount_over: 50}}"
    nobody = "no policy or limit looks at discount or reship"
    assert doubts(refunds, more="") == [f"policies: {nobody}; review, the default, holds"]
    assert doubts(refunds) == []
    assert doubts(refunds, "id: b, require: review, when: {amount_over: 9}", more="") == []
    assert doubts(refunds, more="\ndefaults: {require: approval}") == []
    assert doubts(refunds.replace(", store_credit", ""), more="") == []
    assert doubts("id: c, tags: vip, require: review", more="") == []


LATELY = Seen(
    days=14,
    drafts=200,
    tags=frozenset({"complaints", "VIP"}),
    intents=frozenset({"order_status", "refund_request"}),
)


def test_a_tag_that_no_ticket_had_is_told_with_what_was_meant() -> None:
    found = doubts(
        "id: a, tags: [complaint, vip], require: approval",
        "id: b, require: approval, when: {tags_none: [wholesale]}",
        seen=LATELY,
    )
    lately = "in the last 14 days"
    assert found == [
        f'policies[0].tags: no ticket had the tag "complaint" {lately}; did you mean complaints?',
        f'policies[1].when.tags_none: no ticket had the tag "wholesale" {lately}',
    ]


def test_an_intent_that_no_draft_had_is_told() -> None:
    (doubt,) = doubts("id: a, require: review, when: {intent: order-status}", seen=LATELY)
    assert doubt == (
        'policies[0].when.intent: no draft had the intent "order-status" in the last 14 days;'
        " did you mean order_status?"
    )


def test_a_tag_that_the_helpdesk_lacks_is_told_where_it_was_asked() -> None:
    seen = Seen(14, 9, frozenset({"old"}), frozenset(), helpdesk_tags=frozenset({"new", "fresh"}))
    found = doubts("id: a, tags: [old, new], require: approval", seen=seen)
    assert [doubt.split(": ", 1)[1] for doubt in found] == [
        'the helpdesk has no tag "old"',
        'no ticket had the tag "new" in the last 14 days',
    ]


def test_of_no_drafts_nothing_is_judged() -> None:
    (doubt,) = doubts(
        "id: a, tags: x, require: approval", seen=Seen(14, 0, frozenset(), frozenset())
    )
    assert "are not judged" in doubt


def test_an_allow_for_actions_lets_nothing_go_yet() -> None:
    allow = "id: a, allow: auto, when: {action: refund, amount_between: [0, 5]}"
    assert "waits for a person" in doubts(allow, seen=LATELY)[0]
    assert doubts(allow) == []
