"""How policies are put together: the strictest wins, terms add up, the default speaks last."""

import pytest

from plugin.models import Facts, Oversight, Role
from plugin.policy.decide import decide
from plugin.policy.load import load

from .policy_samples import EXAMPLE, action, decided, draft

EN = Facts(language="en", channel="email")
TAGGED = Facts(language="en", tags=frozenset({"a", "b", "c"}))


def file_of(*policies: str, head: str = "") -> str:
    return "\n".join(["version: 1", head, f"policies: [{', '.join(f'{{{p}}}' for p in policies)}]"])


def test_the_example_lets_an_order_status_go() -> None:
    decision = decided(EXAMPLE, draft())
    assert decision.oversight is Oversight.AUTO
    assert [hit.id for hit in decision.policies] == ["order-status-autopilot"]
    assert (decision.approvals, decision.approvers, decision.deadline) == (0, (), None)


def test_the_example_holds_a_big_refund() -> None:
    decision = decided(EXAMPLE, draft(action("refund", "54.20")))
    assert decision.oversight is Oversight.APPROVAL
    assert decision.approvals == 1
    assert decision.approvers == (Role.LEAD, Role.ADMIN)
    assert decision.deadline == 7200
    assert decision.escalate_to is Role.ADMIN
    assert decision.tags == ("big_refund",)
    assert decision.held_because == ("The refund is 54.20 USD, over 50.00 USD.",)
    assert decision.advice == ("Check the photo before you sign.",)


def test_a_beaten_allowance_is_still_told() -> None:
    decision = decided(EXAMPLE, draft(), Facts(language="en", tags=frozenset({"complaint"})))
    assert decision.oversight is Oversight.APPROVAL
    assert [hit.id for hit in decision.policies] == ["complaints", "order-status-autopilot"]
    assert decision.held_because == ("The ticket is tagged complaint.",)


def test_where_nothing_matches_the_default_holds_and_says_so() -> None:
    decision = decided(EXAMPLE, draft(intent="other"))
    assert decision.oversight is Oversight.REVIEW
    assert decision.policies == ()
    assert decision.held_because == (
        "Every reply is checked by a person unless a policy says otherwise.",
    )


def test_a_default_of_approval_has_terms() -> None:
    source = file_of(head="defaults: {require: approval, deadline: 30m}")
    decision = decided(source, draft())
    assert decision.oversight is Oversight.APPROVAL
    assert (decision.approvals, decision.deadline) == (1, 1800)
    assert decision.approvers == (Role.LEAD, Role.ADMIN)


def test_an_empty_file_means_review() -> None:
    assert decided("version: 1", draft()).oversight is Oversight.REVIEW


@pytest.mark.parametrize(
    ("levels", "strictest"),
    [
        (("allow: auto", "require: review"), Oversight.REVIEW),
        (("require: block", "require: approval", "allow: auto"), Oversight.BLOCK),
        (("require: review", "require: approval"), Oversight.APPROVAL),
        (("allow: auto", "allow: auto"), Oversight.AUTO),
    ],
)
def test_the_strictest_wins(levels: tuple[str, ...], strictest: Oversight) -> None:
    source = file_of(*(f"id: p{index}, {level}" for index, level in enumerate(levels)))
    decision = decided(source, draft())
    assert decision.oversight is strictest
    assert [hit.id for hit in decision.policies] == [f"p{i}" for i in range(len(levels))]
    assert decision.policies[0].reason == "This policy holds for every draft."


def test_terms_of_several_approvals_satisfy_each() -> None:
    source = file_of(
        "id: p1, tags: a, require: approval, approvals: 2, approvers: agent, deadline: 8h",
        "id: p2, tags: b, require: approval, deadline: 1h, escalate_to: lead",
        "id: p3, tags: c, require: approval, approvers: [admin, agent], escalate_to: admin",
        "id: p4, tags: c, require: review, approvals: 9, approvers: admin, deadline: 1m",
    )
    decision = decided(source, draft(), TAGGED)
    assert decision.approvals == 2
    assert decision.approvers == (Role.LEAD, Role.ADMIN)
    assert decision.deadline == 3600
    assert decision.escalate_to is Role.ADMIN


def test_a_policy_without_a_deadline_has_the_defaults() -> None:
    decision = decided(
        file_of(
            "id: p1, tags: a, require: approval, deadline: 8h", "id: p2, tags: b, require: approval"
        ),
        draft(),
        TAGGED,
    )
    assert decision.deadline == 4 * 3600


def test_roles_that_have_only_the_admin_in_common() -> None:
    source = file_of(
        "id: p1, require: approval, approvers: [agent]",
        "id: p2, require: approval, approvers: [admin]",
    )
    assert decided(source, draft()).approvers == (Role.ADMIN,)


def test_block_takes_no_signatures() -> None:
    source = file_of("id: p1, require: approval, tag: t1", "id: p2, require: block, tag: t2")
    decision = decided(source, draft())
    assert (decision.approvals, decision.approvers, decision.deadline) == (0, (), None)
    assert decision.tags == ("t1", "t2")


def test_reasons_come_strictest_first_and_hits_in_file_order() -> None:
    source = file_of(
        "id: soft, tags: a, require: review",
        "id: hard, tags: b, require: block",
        "id: mid, tags: c, require: approval",
    )
    decision = decided(source, draft(), TAGGED)
    assert [hit.id for hit in decision.policies] == ["soft", "hard", "mid"]
    assert [because[-2] for because in decision.held_because] == ["b", "c", "a"]


def test_tags_and_when_must_both_hold() -> None:
    source = file_of("id: p, tags: [a, x], when: {tags_any: b, intent: order_status}, allow: auto")
    assert decided(source, draft(), TAGGED).oversight is Oversight.AUTO
    assert decided(source, draft(), TAGGED).policies[0].reason == (
        "The ticket is tagged a, the intent is order_status, and the ticket is tagged b."
    )
    assert decided(source, draft(), EN).policies == ()


def test_equal_tags_and_notes_are_given_once() -> None:
    source = file_of(
        "id: p1, require: review, tag: t, note: n", "id: p2, require: review, tag: t, note: n"
    )
    decision = decided(source, draft())
    assert (decision.tags, decision.advice) == (("t",), ("n",))


def test_the_same_question_gets_the_same_answer() -> None:
    file, asked = load(EXAMPLE), draft(action("refund", "54.20"))
    assert decide(file, asked, EN) == decide(file, asked, EN)
