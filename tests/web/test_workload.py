"""How much waits and for whom; who is away, and who signs meanwhile by their own rights."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from plugin import onboarding
from plugin.models import Role
from plugin.store.audit_tables import AuditRow
from plugin.store.columns import new_id
from tests.bench.databases import settings_for
from tests.bench.world import ANA, BEN, CHLOE, Bench
from tests.web.conftest import Visit
from tests.web.test_claims import AUDITOR, press
from tests.web.visitor import Visitor, hidden, parsed, problem, text_of, words_of


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """A shop of its own for every test: all of it is counted."""
    with Bench(settings_for(database_url, tmp_path)) as running:
        onboarding.add_person(
            running.runtime,
            running.scope.merchant_id,
            email=AUDITOR,
            name="Audrey",
            role=Role.AUDITOR,
        )
        yield running


def approvers(visitor: Visitor) -> dict[str, list[str]]:
    """What the table says of each: may sign, looks at, signed, out of office."""
    rows = parsed(visitor.get("/queue/workload")).css(".people tbody tr")
    cells = [[" ".join(cell.text().split()) for cell in row.css("td")] for row in rows]
    return {name: rest for name, *rest in cells}


def away(visitor: Visitor, day: str, **fields: str) -> str:
    """Fill the form in. Returns what is said."""
    shown = visitor.get("/away", params={"person": fields.get("person", "")})
    form = hidden(shown) | {"until": day, **fields}
    answer = visitor.post("/away", data=form)
    return text_of(answer, ".flash") if answer.status_code == 200 else problem(answer)


def in_days(bench: Bench, days: int) -> str:
    return (bench.clock() + timedelta(days=days)).date().isoformat()


def test_it_counts_what_waits_and_for_whom(bench: Bench, visit: Visit) -> None:
    bench.opened("refund_over_limit")  # 129.00 USD, a lead's
    bench.opened("reship")  # 64.90 USD, for review
    bench.opened("legal_threat")  # no draft that anybody signs
    signed = bench.draft(bench.opened("refund_under_limit"))
    claimed = bench.draft(bench.opened("complaint"))  # nothing moves; a lead's, within two hours
    ben = visit(BEN)
    ben.verdict(signed.id, "approve", done="0")
    press(ben, claimed.id)
    bench.clock.ahead += timedelta(hours=3)
    ben = visit(BEN)
    press(ben, claimed.id)
    page = ben.get("/queue/workload")
    sums = {key: text_of(page, f"#{key}") for key in ("approvals", "reviews", "overdue", "oldest")}
    assert sums == {"approvals": "2", "reviews": "1", "overdue": "1", "oldest": "3 h"}
    assert approvers(ben) == {
        "Ana Reyes agent, 50.00 USD": ["0", "0", "0", ""],
        "Ben Mercer lead, 250.00 USD": ["3", "1", "1", "Set away: Ben Mercer"],
        "Chloe Duval admin, no limit": ["3", "0", "0", ""],
    }


def test_what_nobody_at_work_may_sign_is_said(bench: Bench, visit: Visit) -> None:
    bench.opened("refund_over_limit")
    chloe = visit(CHLOE)
    assert parsed(chloe.get("/queue/workload")).css("#nobody") == []
    away(chloe, in_days(bench, 2), person=bench.person(BEN).id)
    away(chloe, in_days(bench, 2))
    assert text_of(chloe.get("/queue/workload"), "#nobody").startswith("1 of them waits for")


def test_who_sees_it(visit: Visit) -> None:
    for email, status in ((ANA, 403), (BEN, 200), (CHLOE, 200), (AUDITOR, 200)):
        assert visit(email).get("/queue/workload").status_code == status
    audited = visit(AUDITOR).get("/queue/workload")
    assert parsed(audited).css("main form, main button, .people a") == []


def test_somebody_says_that_they_are_away_and_who_signs(bench: Bench, visit: Visit) -> None:
    ana, chloe = bench.person(ANA), visit(CHLOE)
    day = in_days(bench, 3)
    said = away(visit(ANA), day, delegate=bench.person(BEN).id)
    assert said.startswith("Noted: You are away until ")
    told = approvers(chloe)["Ana Reyes agent, 50.00 USD"][3]
    assert "Ben Mercer signs meanwhile, by their own role and limit." in told
    assert "Being named gives no further right." in words_of(visit(ANA).get("/away"))
    now = bench.person(ANA)
    assert now.away_until is not None
    assert (now.away_until.isoformat()[:19], now.delegate_id) == (
        f"{in_days(bench, 4)}T00:00:00",
        bench.person(BEN).id,
    )
    with bench.runtime.database.read() as session:
        (row,) = session.scalars(
            select(AuditRow).where(
                AuditRow.merchant_id == bench.scope.merchant_id, AuditRow.event == "away"
            )
        )
    assert (row.actor, row.detail["person"]) == (f"person:{ana.id}", ana.id)
    back = visit(ANA)
    answer = back.post("/away", data=hidden(back.get("/away")) | {"say": "back"})
    assert text_of(answer, ".flash") == "Noted: You are back."
    assert (bench.person(ANA).away_until, bench.person(ANA).delegate_id) == (None, None)


def test_being_a_delegate_gives_no_right(bench: Bench, visit: Visit) -> None:
    draft = bench.draft(bench.opened("refund_over_limit"))
    away(visit(BEN), in_days(bench, 2), delegate=bench.person(ANA).id)
    answer = visit(ANA).verdict(draft.id, "approve", done="0")
    assert answer.status_code == 403
    assert bench.draft(draft.ticket_id).state == "awaiting_approval"


def test_an_absence_ends_by_itself(bench: Bench, visit: Visit) -> None:
    away(visit(BEN), in_days(bench, 0))
    bench.clock.ahead += timedelta(days=1)
    assert approvers(visit(CHLOE))["Ben Mercer lead, 250.00 USD"][3] == "Set away: Ben Mercer"


def test_only_an_admin_says_it_for_others(bench: Bench, visit: Visit) -> None:
    ana, ben, chloe = (bench.person(email) for email in (ANA, BEN, CHLOE))
    for visitor in (visit(ANA), visit(BEN)):
        own = hidden(visitor.get("/away"))
        assert visitor.get(f"/away?person={chloe.id}").status_code == 403
        sent = own | {"person": chloe.id, "until": in_days(bench, 2)}
        assert visitor.post("/away", data=sent).status_code == 403
    assert bench.person(CHLOE).away_until is None
    said = away(visit(CHLOE), in_days(bench, 2), person=ben.id, delegate=ana.id)
    assert said.startswith("Noted: Ben Mercer is away until ")
    assert visit(AUDITOR).get("/away").status_code == 403
    assert visit(CHLOE).get(f"/away?person={bench.person(AUDITOR).id}").status_code == 403


def test_who_cannot_sign_is_no_delegate(bench: Bench, visit: Visit) -> None:
    ana, day = visit(ANA), in_days(bench, 2)
    other = onboarding.add_merchant(bench.runtime, "Other")
    eve = onboarding.add_person(
        bench.runtime, other, email="eve@other.example", name="Eve", role=Role.ADMIN
    )
    away(visit(BEN), day)
    for delegate, sentence in (
        (bench.person(AUDITOR).id, "Audrey is an auditor and signs nothing."),
        (bench.person(ANA).id, "Choose somebody else than the person who is away."),
        (bench.person(BEN).id, "Ben Mercer is away too. Choose somebody else."),
        (str(eve), "Choose one of your people."),
        (new_id(), "Choose one of your people."),
    ):
        assert away(ana, day, delegate=delegate) == sentence
    for wrong in ("", "soon", in_days(bench, -1), in_days(bench, 400), "9999-12-31"):
        assert away(ana, wrong).startswith("Choose ")
    assert bench.person(ANA).away_until is None


def test_nothing_of_it_is_another_merchants(bench: Bench, visit: Visit) -> None:
    bench.opened("refund_over_limit")
    other = onboarding.add_merchant(bench.runtime, "Other")
    onboarding.add_person(
        bench.runtime, other, email="eve@other.example", name="Eve", role=Role.ADMIN
    )
    eve = visit("eve@other.example", other)
    assert approvers(eve) == {"Eve admin, no limit": ["0", "0", "0", "Set away: Eve"]}
    assert eve.get(f"/away?person={bench.person(ANA).id}").status_code == 404
    sent = hidden(eve.get("/away")) | {
        "person": bench.person(ANA).id,
        "until": in_days(bench, 2),
    }
    assert eve.post("/away", data=sent).status_code == 404
    assert bench.person(ANA).away_until is None
