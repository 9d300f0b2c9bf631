"""What holds whatever the file says."""

import pytest

from plugin.models import Facts, Oversight, Role

from .policy_samples import action, decided, draft, one_policy

ALLOW_ALL = "version: 1\npolicies:\n  - {id: all, allow: auto}\n"
AUTO = Oversight.AUTO
PROMISE = "Hello, we will refund you 40.00 USD today."


def test_without_a_reason_to_hold_an_allowance_wins() -> None:
    decision = decided(ALLOW_ALL, draft())
    assert decision.oversight is Oversight.AUTO
    assert decision.held_because == ()


def test_a_promise_that_no_action_declares_is_read_by_a_person() -> None:
    decision = decided(ALLOW_ALL, draft(text=PROMISE))
    assert decision.oversight is Oversight.REVIEW
    assert [hit.id for hit in decision.policies] == ["all"]
    assert len(decision.held_because) == 1
    assert decision.held_because[0].startswith('The reply promises "')
    assert "refund" in decision.held_because[0]


def test_a_policy_can_ask_for_more_than_review_of_a_promise() -> None:
    source = one_policy("{undeclared_commitment: true}")
    decision = decided(source, draft(text=PROMISE))
    assert decision.oversight is Oversight.APPROVAL
    assert decision.held_because == (decision.policies[0].reason,)


STATED = "Your order 1002 came to $45.20."
GIVEN = Facts(grounded=frozenset({"1002", "54.20 USD"}))


def test_a_fact_that_nobody_gave_the_drafter_is_read_by_a_person() -> None:
    decision = decided(ALLOW_ALL, draft(text=STATED), GIVEN)
    assert decision.oversight is Oversight.REVIEW
    assert decision.held_because == (
        'The reply states "$45.20", and nothing the drafter was given says so.',
    )


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (STATED.replace("45.20", "54.20"), GIVEN),
        (STATED, Facts()),  # not given: not judged
    ],
)
def test_what_was_given_may_be_stated(text: str, facts: Facts) -> None:
    assert decided(ALLOW_ALL, draft(text=text), facts).oversight is AUTO


def test_a_declared_action_grounds_its_value() -> None:
    refund = action("refund", "40.00")
    facts = Facts(grounded=frozenset())
    told = draft(refund, text="We have refunded forty dollars.")
    assert decided(ALLOW_ALL, told, facts).oversight is AUTO
    other = draft(refund, text="We have refunded forty euros.")
    assert decided(ALLOW_ALL, other, facts).oversight is Oversight.REVIEW


def test_a_policy_can_ask_for_more_than_review_of_an_ungrounded_fact() -> None:
    decision = decided(one_policy("{ungrounded_fact: true}"), draft(text=STATED), GIVEN)
    assert decision.oversight is Oversight.APPROVAL
    assert decision.held_because == (decision.policies[0].reason,)


@pytest.mark.parametrize(("language", "named"), [("xx", "xx"), ("tlh", "tlh"), (None, "not known")])
def test_a_language_we_have_no_words_for_is_never_automatic(
    language: str | None, named: str
) -> None:
    decision = decided(ALLOW_ALL, draft(language=language), Facts())
    assert decision.oversight is Oversight.REVIEW
    assert named in decision.held_because[0]


def test_the_tickets_language_stands_in_for_the_replys() -> None:
    assert decided(ALLOW_ALL, draft(language=None), Facts(language="en")).oversight is AUTO


@pytest.mark.parametrize("kind", ["wire_transfer", "custom:", "Refund", "", 'x"\n<b>'])
def test_an_unknown_action_takes_approval(kind: str) -> None:
    decision = decided(ALLOW_ALL, draft(action(kind, "1")))
    assert decision.oversight is Oversight.APPROVAL
    assert decision.approvals == 1
    assert decision.approvers == (Role.LEAD, Role.ADMIN)
    assert decision.deadline == 4 * 3600
    assert decision.held_because[0].startswith("Bookbag does not know the action")
    assert "\n" not in decision.held_because[0]


def test_an_unknown_action_takes_the_strictest_policy_of_the_file() -> None:
    source = """
version: 1
policies:
  - {id: two, tags: a, require: approval, approvals: 2, approvers: admin, deadline: 1h}
  - {id: some, tags: b, require: approval, approvals: 3}
"""
    decision = decided(source, draft(action("wire_transfer", "1")))
    assert decision.policies == ()
    assert (decision.approvals, decision.approvers) == (3, (Role.ADMIN,))
    assert decision.deadline == 3600
    blocked = decided(f"{source}  - {{id: c, tags: c, require: block}}\n", draft(action("fly")))
    assert blocked.oversight is Oversight.BLOCK
    assert blocked.approvers == ()
