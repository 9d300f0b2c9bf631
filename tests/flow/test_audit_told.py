"""What an auditor needs stands in the audit: who, what, where, on which revision, by what rules."""

import json

import requests

from connectors.types import Money
from plugin import onboarding
from plugin.models import DraftState, Role
from plugin.onboarding import NewAccount
from plugin.store import audit
from plugin.store.audit_tables import AuditRow
from plugin.ticket_tags import TAG_PREFIX
from tests.bench.world import ANA, BEN, BOT, TOKEN, Bench
from tests.flow.test_verdict_rules import TWO_APPROVALS, say

SECONDS = 15


def told(bench: Bench, event: str, draft_id: str | None = None) -> list[AuditRow]:
    """The rows of one event, oldest first; detail and text must be told apart."""
    wanted = audit.Wanted(event=event, draft_id=draft_id)
    with bench.runtime.database.read() as session:
        rows, _ = audit.newest(session, bench.scope, wanted, before=None, limit=100)
    return list(reversed(rows))


def texts(bench: Bench, row: AuditRow) -> dict[str, object]:
    with bench.runtime.database.read() as session:
        return dict(audit.texts(session, bench.scope, [row.id]).get(row.id, {}))


def test_two_who_sign_together_are_both_on_record_with_all_they_signed(bench: Bench) -> None:
    """Nothing stops two people who agree to cheat: it is known who they were, and of what."""
    number = onboarding.activate_policy(
        bench.runtime,
        bench.scope.merchant_id,
        TWO_APPROVALS,
        by="Chloe",
    )
    ticket_id = bench.opened("refund_under_limit")
    say(bench, ticket_id, ANA, "approve")
    say(bench, ticket_id, BEN, "approve", done=True)
    draft = bench.draft(ticket_id)
    (decided,) = told(bench, "decided", draft.id)
    held = {"policy": number, "oversight": "approval", "approvals": 2}
    assert held.items() <= decided.detail.items()
    assert decided.detail["fired"]
    assert decided.actor == "system"
    assert "because" in texts(bench, decided)
    signatures = told(bench, "verdict", draft.id)
    assert [row.actor for row in signatures] == [
        f"person:{bench.person(email).id}" for email in (ANA, BEN)
    ]
    for row in signatures:
        assert held.items() <= row.detail.items()
        assert (row.detail["rev"], row.detail["surface"]) == (1, "review_page")
        assert row.detail["signed"] == [{"type": "refund", "amount": 3850, "currency": "USD"}]
        assert row.detail["fired"] == decided.detail["fired"]
        assert texts(bench, row)["reply"] == draft.text
        assert str(draft.text) not in json.dumps(row.detail)


def test_an_integration_that_takes_our_tags_away_approves_nothing(bench: Bench) -> None:
    ticket_id = bench.opened("refund_over_limit")
    ours = [tag for tag in bench.hands.tags(ticket_id) if tag.startswith(TAG_PREFIX)]
    assert ours
    requests.delete(
        f"{bench.hands.url}/api/v2/tickets/{ticket_id}/tags.json",
        json={"tags": ours},
        auth=(f"{BOT}/token", TOKEN),
        timeout=SECONDS,
    ).raise_for_status()
    bench.settle()
    bench.pass_time(60)
    assert bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    assert bench.public(ticket_id) == []
    bench.hands.agent_writes(ticket_id, ANA, "We refund it all.", public=True)
    bench.settle()
    (bypass,) = told(bench, "bypass", bench.draft(ticket_id).id)
    assert bypass.actor == f"person:{bench.person(ANA).id}"
    lacked = {"oversight": "approval", "rev": 1, "approvals": 1}
    assert lacked.items() <= bypass.detail.items()
    assert bypass.detail["fired"]
    assert bypass.detail["policy"]
    assert bypass.detail["message"]


def test_what_an_admin_changes_is_on_record_and_names_stand_apart(bench: Bench) -> None:
    runtime, merchant_id = bench.runtime, bench.scope.merchant_id
    new = NewAccount("zendesk", "https://b.example", "77", "hush", {"api_token": "t"})
    account_id, _ = onboarding.add_account(runtime, merchant_id, new)
    onboarding.add_webhook_secret(runtime, merchant_id, account_id, "hush hush")
    onboarding.replace_credentials(runtime, merchant_id, account_id, {"api_token": "u"})
    shop_id = onboarding.add_shop(
        runtime, merchant_id, kind="shop_api", url="https://s.example", token="hush"
    )
    email = "dora@larkspur-outfitters.example"
    limit = Money.from_minor(5000, "USD")
    person_id = onboarding.add_person(
        runtime, merchant_id, email=email, name="Dora", role=Role.LEAD, limit=limit
    )
    onboarding.invite(runtime, merchant_id, email)
    onboarding.activate_policy(runtime, merchant_id, TWO_APPROVALS, by="Chloe")
    person = told(bench, "person_added")[-1]
    after = {"role": "lead", "limit": "50.00 USD", "helpdesk_user": None}
    assert person.detail == {"person": person_id, "after": after}
    assert texts(bench, person) == {"after": {"name": "Dora", "email": email}}
    assert told(bench, "person_invited")[-1].detail == {"person": person_id}
    here = {"account": account_id}
    assert told(bench, "webhook_secret_added")[-1].detail == here
    assert told(bench, "credentials_replaced")[-1].detail == here
    assert here.items() <= told(bench, "account_added")[-1].detail.items()
    assert told(bench, "shop_added")[-1].detail["shop"] == shop_id
    assert told(bench, "macros_loaded")[-1].detail["macros"] > 0
    policies = told(bench, "policy_activated")[-1]
    assert policies.detail["version"] == policies.detail["before"] + 1
    assert texts(bench, policies)["by"] == "Chloe"
    everything = told(bench, "account_added") + told(bench, "shop_added") + [person, policies]
    assert "hush" not in json.dumps([row.detail for row in everything])
