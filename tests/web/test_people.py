"""The people's page: who may do what, for admins; and what deactivation ends."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from connectors.types import Money
from plugin import onboarding
from plugin.models import DraftState, Role
from plugin.staff import changes
from plugin.store.audit_tables import AuditRow
from plugin.store.people_tables import PersonRow
from tests.bench.world import ANA, BEN, CHLOE, Bench
from tests.web.conftest import Visit
from tests.web.sidebar_app import Sidebar, install
from tests.web.visitor import Visitor, hidden, parsed, text_of, words_of

_numbers = iter(range(1_000))


def newcomer(bench: Bench, role: Role = Role.AGENT) -> PersonRow:
    email = f"new-{next(_numbers)}@larkspur.example"
    onboarding.add_person(
        bench.runtime, bench.scope.merchant_id, email=email, name="New Comer", role=role
    )
    return bench.person(email)


def recorded(bench: Bench, event: str, person: PersonRow) -> list[tuple[str, Any]]:
    with bench.runtime.database.read() as session:
        rows = session.scalars(
            select(AuditRow)
            .where(AuditRow.merchant_id == bench.scope.merchant_id, AuditRow.event == event)
            .order_by(AuditRow.id)
        ).all()
    return [(row.actor, row.detail) for row in rows if row.detail.get("person") == person.id]


def form_of(visitor: Visitor, person: PersonRow) -> dict[str, Any]:
    """The person's form as their page shows it."""
    page = visitor.get(f"/people/{person.id}")
    fields = {
        str(node.attributes["name"]): node.attributes.get("value") or ""
        for node in parsed(page).css("form.person input:not([type=radio])")
    }
    (checked,) = parsed(page).css("form.person input[type=radio][checked]")
    (account,) = parsed(page).css("form.person option")
    return {**fields, "role": checked.attributes["value"], "account": account.attributes["value"]}


@pytest.fixture
def chloe(visit: Visit) -> Visitor:
    return visit(CHLOE)


def test_an_admin_adds_somebody_and_is_shown_their_invitation_once(
    bench: Bench, visit: Visit, chloe: Visitor
) -> None:
    form = hidden(chloe.get("/people/add")) | {
        "email": "Dana@Larkspur.example",
        "name": "Dana Ito",
        "role": "lead",
        "limit": "120.50",
        "currency": "usd",
        "account": bench.account_id,
        "user": "360009999",
    }
    shown = chloe.post("/people/add", data=form)
    link = text_of(shown, ".link code")
    dana = bench.person("dana@larkspur.example")
    assert changes.rights_of(dana) == changes.Rights(
        "Dana Ito", Role.LEAD, Money.parse("120.50", "USD"), (bench.account_id, "360009999")
    )
    assert link not in chloe.get(f"/people/{dana.id}").text
    assert visit().use_link(link).url == f"{bench.url}/queue"
    by = f"person:{bench.person(CHLOE).id}"
    ((actor, detail),) = recorded(bench, "person_added", dana)
    assert (actor, detail["after"]["limit"]) == (by, "120.50 USD")
    assert recorded(bench, "person_invited", dana) == [(by, {"person": dana.id})]
    assert "Dana Ito" in text_of(chloe.get("/people"), "table")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "no-address"}, "Expected an e-mail address"),
        ({"email": ANA}, "This e-mail or helpdesk user is already here"),
        ({"name": " "}, "Expected a name of up to 254 characters"),
        ({"role": "king"}, "Choose one of the roles"),
        ({"limit": "-5"}, "'-5' is not a decimal amount such as 54.20"),
        ({"limit": "5", "currency": "dollars"}, "'DOLLARS' is not an ISO 4217 code such as USD"),
        ({"limit": "10000000000"}, "Expected an amount from 0 to 1000000000"),
        ({"user": "1", "account": "nobodys"}, "There is no account nobodys."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    chloe: Visitor, wrong: dict[str, str], sentence: str
) -> None:
    good = {"email": "e@x.example", "name": "Eve", "role": "agent", "limit": "", "currency": "USD"}
    answer = chloe.post("/people/add", data=hidden(chloe.get("/people/add")) | good | wrong)
    assert answer.status_code == 422
    assert text_of(answer, ".problem") == sentence
    (kept,) = parsed(answer).css("#email")
    assert kept.attributes["value"] == wrong.get("email", "e@x.example")


def test_a_change_holds_at_once_and_is_recorded_with_what_was_before(
    bench: Bench, visit: Visit, chloe: Visitor
) -> None:
    person = newcomer(bench)
    theirs = visit(person.email)
    assert theirs.get("/policies").status_code == 403
    form = form_of(chloe, person) | {"role": "lead", "limit": "75"}
    saved = chloe.post(f"/people/{person.id}", data=form)
    assert "Saved. It holds from the next click on." in words_of(saved)
    assert theirs.get("/policies").status_code == 200
    by = f"person:{bench.person(CHLOE).id}"
    assert recorded(bench, "person_changed", person) == [
        (
            by,
            {
                "person": person.id,
                "before": {"role": "agent", "limit": None},
                "after": {"role": "lead", "limit": "75.00 USD"},
            },
        )
    ]
    again = chloe.post(f"/people/{person.id}", data=form_of(chloe, person))
    assert "Nothing was changed." in words_of(again)
    assert len(recorded(bench, "person_changed", person)) == 1


def test_an_admin_changes_their_own_limit_on_the_record(bench: Bench, visit: Visit) -> None:
    person = newcomer(bench, Role.ADMIN)
    admin = visit(person.email)
    assert "recorded like every change" in words_of(admin.get(f"/people/{person.id}"))
    admin.post(f"/people/{person.id}", data=form_of(admin, person) | {"limit": "9000"})
    ((actor, detail),) = recorded(bench, "person_changed", person)
    assert actor == f"person:{person.id}"
    assert (detail["before"], detail["after"]) == ({"limit": None}, {"limit": "9000.00 USD"})


def test_the_last_admin_stays_one(bench: Bench, visit: Visit) -> None:
    merchant_id = onboarding.add_merchant(bench.runtime, "Harbour Books")
    for email in ("eve@harbour.example", "finn@harbour.example"):
        onboarding.add_person(
            bench.runtime, merchant_id, email=email, name=email[:4], role=Role.ADMIN
        )
    eve = visit("eve@harbour.example", merchant_id)
    scope, finn = onboarding.somebody(bench.runtime, merchant_id, "finn@harbour.example")
    _, herself = onboarding.somebody(bench.runtime, merchant_id, "eve@harbour.example")
    token = hidden(eve.get(f"/people/{finn.id}"))
    assert eve.post(f"/people/{finn.id}/deactivate", data=token).status_code == 200
    demoted = token | {"name": "Eve", "role": "agent", "currency": "USD"}
    for path, form in (("", demoted), ("/deactivate", token)):
        refused = eve.post(f"/people/{herself.id}{path}", data=form)
        assert refused.status_code == 422
        assert "This is the only admin. Make somebody else an admin first." in words_of(refused)
    changes.reactivate(bench.runtime, scope, "command", finn.id)
    assert eve.post(f"/people/{herself.id}", data=demoted).status_code == 403  # not hers any more
    assert eve.get("/people").status_code == 403


def test_a_deactivated_person_does_nothing_more_and_what_they_did_stays(
    bench: Bench, visit: Visit, chloe: Visitor
) -> None:
    install(bench)
    ben = bench.person(BEN)
    theirs, sidebar = visit(BEN), Sidebar(bench, BEN)
    link = onboarding.invite(bench.runtime, bench.scope.merchant_id, BEN)
    signed, waiting = bench.opened("refund_over_limit"), bench.opened("complaint")
    theirs.verdict(bench.draft(signed).id, "approve", done="0")
    page = chloe.get(f"/people/{ben.id}")
    assert "Signed in at 2 places." in words_of(page)
    done = chloe.post(f"/people/{ben.id}/deactivate", data=hidden(page))
    try:
        assert "Deactivated and signed out everywhere." in words_of(done)
        assert theirs.get("/queue").status_code == 401
        assert sidebar.draft(waiting).status_code == 401
        assert visit().http.get(link, timeout=15).status_code == 404
        again = Sidebar(bench, BEN)
        assert again.page.status_code == 403
        assert "You are deactivated in Bookbag." in again.page.text
        bench.note(waiting, BEN, "/respond")
        assert "not counted: you are deactivated" in bench.notes(waiting)[-1]
        assert bench.draft(waiting).state is DraftState.AWAITING_APPROVAL
        assert bench.draft(signed).state is DraftState.APPROVED
        refused = chloe.post(f"/people/{ben.id}/invite", data=hidden(page))
        assert "Ben Mercer is deactivated. Reactivate them first." in words_of(refused)
    finally:
        back = chloe.post(f"/people/{ben.id}/reactivate", data=hidden(page))
    assert "Active again." in words_of(back)
    assert theirs.get("/queue").status_code == 401
    assert visit(BEN).get("/queue").status_code == 200
    events = [recorded(bench, f"person_{what}", ben) for what in ("deactivated", "reactivated")]
    assert [len(rows) for rows in events] == [1, 1]
    assert ben.id in json.dumps(events)


def test_an_admin_signs_somebody_out_everywhere(bench: Bench, visit: Visit, chloe: Visitor) -> None:
    person = newcomer(bench)
    theirs = visit(person.email)
    unused = onboarding.invite(bench.runtime, bench.scope.merchant_id, person.email)
    token = hidden(chloe.get(f"/people/{person.id}"))
    ended = chloe.post(f"/people/{person.id}/end-sessions", data=token)
    assert "Signed out of 1 place." in words_of(ended)
    assert theirs.get("/queue").status_code == 401
    assert visit().http.get(unused, timeout=15).status_code == 404
    assert len(recorded(bench, "sessions_ended", person)) == 1
