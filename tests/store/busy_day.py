"""A day in which the service sends every kind of statement that it has."""

from dataclasses import replace
from datetime import timedelta

from plugin import intake, onboarding
from plugin.audit.export import records as audited
from plugin.audit.verify import verify
from plugin.demo.browser import Browser
from plugin.demo.world import data
from plugin.learning.exports import records
from plugin.models import DraftState, InboxState, RejectReason, Role
from plugin.policy.load import load
from plugin.privacy import retention
from plugin.privacy.erase import erase
from plugin.privacy.export import document
from plugin.privacy.finding import Subject, find
from plugin.replay import replay
from plugin.staff import changes, invitations, passwords, subjects
from plugin.staff.changes import Rights
from plugin.store import (
    audit,
    corrections,
    customers,
    erasures,
    files,
    inbox,
    people,
    privacy,
    unscoped,
)
from plugin.store.audit_reading import Part
from plugin.store.waiting import InStates
from plugin.telling import channels
from plugin.workers import sweep
from tests.bench.catching_up import compare, without_webhooks
from tests.bench.world import ANA, BEN, Bench
from tests.connecting.in_a_day import connected_and_lost
from tests.flow.saying import pay, say
from tests.store.support import first_of
from tests.web.visitor import Visitor, hidden


def a_busy_day(bench: Bench) -> None:
    to_be_told(bench)
    refund = bench.opened("refund_under_limit")
    big = bench.opened("refund_over_limit")
    bench.opened("where_is_my_order")
    bench.opened("legal_threat")
    complaint = bench.opened("complaint")
    lost = bench.opened("reship")
    bench.note(refund, ANA, "/approve")
    bench.note(refund, ANA, "/approve done")
    bench.note(big, ANA, "/approve done")
    bench.note(big, BEN, "/reject the jacket was worn")
    bench.note(complaint, BEN, "/status")
    bench.note(complaint, BEN, "/respond")
    bench.hands.agent_writes(complaint, BEN, "I have read it all and will call you.", public=True)
    bench.settle()
    bench.pass_time(10)
    changed_by_hand(bench)
    past_bookbag(bench)
    bench.hands.customer_writes(lost, "And where is the parcel?")
    bench.settle()
    at_the_pages(bench, bench.draft(lost).id)
    about_people(bench)
    connected_and_lost(bench)
    bench.queue.lose_all()
    bench.clock.ahead += timedelta(hours=1)
    sweep(bench.runtime)
    bench.settle()
    missed(bench)
    as_by_command(bench)


def missed(bench: Bench) -> None:
    """A message of which no webhook tells."""
    with without_webhooks(bench):
        bench.hands.open_ticket(bench.tickets["refund_under_limit"])
    assert compare(bench) == 1


def to_be_told(bench: Bench) -> None:
    merchant_id, leads = bench.scope.merchant_id, bench.hands.groups()["Leads"]
    channels.set_group(bench.runtime, merchant_id, bench.account_id, Role.LEAD, leads)
    channels.set_chat(bench.runtime, merchant_id, f"{bench.url}/no-chat")


def past_bookbag(bench: Bench) -> None:
    """A reply without its approval, taken back; a tag of ours taken off; a merge."""
    held, other = bench.opened("refund_over_limit"), bench.opened("refund_over_limit")
    reply = bench.hands.agent_writes(held, ANA, "You get it all back.", public=True)
    bench.settle()
    visitor = Visitor(bench)
    visitor.sign_in(BEN)
    visitor.get(f"/drafts/{bench.draft(held).id}").raise_for_status()
    visitor.http.close()
    bench.hands.make_private(held, reply)
    bench.hands.change_tags(other, agent=ANA, remove=["bookbag_draft"])
    bench.settle()
    bench.hands.merge(other, into=held, agent=ANA)
    bench.settle()


def changed_by_hand(bench: Bench) -> None:
    """An amount, another draft with an instruction, and an order that moved on."""
    mug, jacket = bench.opened("damaged_item"), bench.opened("refund_over_limit")
    words = (bench.draft(mug).text or "").replace("18.00", "9.00")
    say(bench, mug, BEN, "edit", actions=(pay("9.00"),), text=words, done=True)
    say(bench, jacket, BEN, "regenerate", reason="use the macro Returns")
    bench.queue.lose_all()
    bench.in_the_shop("1004", total="200.00")
    bench.pass_time(30)
    sweep(bench.runtime)
    bench.settle()
    assert bench.draft(mug).state.is_awaiting
    say(bench, jacket, BEN, "reject", reason_kind=RejectReason.TONE)


def at_the_pages(bench: Bench, draft_id: str) -> None:
    browser = Browser(bench.url)
    browser.sign_in(onboarding.invite(bench.runtime, bench.scope.merchant_id, BEN))
    browser.give_verdict(draft_id, {"verdict": "reject", "reason": "The parcel is found."})
    browser.close()
    visitor = Visitor(bench)
    visitor.sign_in(BEN)
    for path in (f"/drafts/{draft_id}/alike", f"/drafts/{draft_id}/conversation", "/habits"):
        visitor.get(path).raise_for_status()
    in_the_queue(bench, visitor)
    visitor.http.close()


def in_the_queue(bench: Bench, visitor: Visitor) -> None:
    waits = bench.draft(bench.opened("reship"))
    form = hidden(visitor.get("/queue?over=1&intent=refund"))
    visitor.post("/queue/claims", data=form | {"claim": waits.id})
    visitor.get(f"/queue?whose=claimed&q={waits.short_id}&account={bench.account_id}")
    visitor.get("/queue/workload")
    visitor.post("/queue/claims", data=form | {"unclaim": waits.id})
    alike = form | {"intent": str(waits.intent), "language": "en", "source": "macro:x"}
    visitor.post("/queue/batch", data=alike | {"draft": f"{waits.id}:1"})
    away = {"until": bench.clock().date().isoformat(), "delegate": bench.person(ANA).id}
    visitor.post("/away", data=form | away)
    visitor.post("/away", data=form | {"say": "back"})


def about_people(bench: Bench) -> None:
    runtime, scope = bench.runtime, bench.scope
    rights = Rights("Dana Ito", Role.LEAD)
    person_id = changes.add(runtime, scope, "command", "dana@larkspur.example", rights)
    changes.change(runtime, scope, "command", person_id, replace(rights, role=Role.ADMIN))
    invitations.invite(runtime, scope, "command", person_id)
    with runtime.database.write() as session:
        person = people.person(session, scope, person_id)
        passwords.choose(runtime, session, person, "grass lantern orbit 5")
    passwords.whose(runtime, person.email, "grass lantern orbit 5")
    subjects.whose(runtime, issuer="https://x.example", subject="1", email=person.email)
    visitor = Visitor(bench)
    visitor.sign_in(BEN)
    bench.clock.ahead += timedelta(minutes=2)
    page = visitor.get("/you")
    visitor.post("/you/sessions/end", data=hidden(page) | {"session": "others"})
    visitor.sign_in(person.email)
    visitor.get("/people")
    visitor.get(f"/people/{person_id}")
    visitor.sign_out()
    visitor.http.close()
    changes.end_sessions(runtime, scope, "command", person_id)
    changes.deactivate(runtime, scope, "command", person_id)
    changes.reactivate(runtime, scope, "command", person_id)


def as_by_command(bench: Bench) -> None:
    with bench.runtime.database.read() as session:
        corrections.recent(session, bench.scope, limit=10)
        list(records(session, bench.scope))
        unscoped.backlog(session, at=bench.clock())
        inbox.recent(session, bench.scope)
        files.policy_version(session, bench.scope, 1)
        files.policy_history(session, bench.scope, limit=10)
        ignored = inbox.recent(session, bench.scope, state=InboxState.IGNORED)
    file = load(data("policies.yaml"))
    replay(bench.runtime.database, bench.scope, file, since=bench.clock() - timedelta(days=1))
    replay(bench.runtime.database, bench.scope, file, since=bench.clock(), most=1)
    onboarding.set_habits(bench.runtime, bench.scope.merchant_id, is_on=False)
    intake.replay(bench.runtime, bench.scope, ignored[0].id)
    bench.settle()
    over_the_audit(bench)
    for_a_customer(bench)


def for_a_customer(bench: Bench) -> None:
    bench.hands.redact(*told_by_somebody(bench), "Hi")
    bench.settle()
    for subject in (Subject(email="priya.nair@example.com"), Subject(helpdesk_user=("a", "7"))):
        found = find(bench.runtime, bench.scope, subject)
        document(bench.runtime, bench.scope, found)
        erase(bench.runtime, bench.scope, found.tickets, why="asked", asked_by="command")
    with bench.runtime.database.write() as session:
        privacy.choose(session, bench.scope, learning=True)
        whose = privacy.digest(session, bench.scope, "priya.nair@example.com")
        erasures.before(session, bench.scope, [whose])
        customers.webhooks(session, bench.scope, ["1"])
    bench.settle()
    bench.clock.ahead += timedelta(days=800)
    retention.end_erasures(bench.runtime, bench.scope)
    retention.apply(bench.runtime, bench.scope)


def told_by_somebody(bench: Bench) -> tuple[str, str]:
    """A ticket and its first message."""
    ticket_id = bench.opened("refund_under_limit")
    return ticket_id, str(bench.hands.comments(ticket_id)[0]["id"])


def over_the_audit(bench: Bench) -> None:
    with bench.runtime.database.read() as session:
        draft, _ = first_of(session, bench.scope, InStates(tuple(DraftState)), limit=1)[0]
        rows = audit.of_draft(session, bench.scope, draft.id)
        audit.texts(session, bench.scope, [row.id for row in rows])
        for wanted in (audit.Wanted(), audit.Wanted(actor="system", draft_id=draft.id)):
            audit.newest(session, bench.scope, wanted, before=None, limit=10)
        for part in (Part(draft_id=draft.id), Part(since=draft.created_at)):
            list(audited(session, bench.scope, part))
    verify(bench.runtime.database, bench.scope)
    with bench.runtime.database.write() as session:
        audit.add(
            session,
            bench.scope,
            at=bench.clock(),
            actor="command",
            event="told",
            draft_id=draft.id,
            text={"words": "found"},
        )
    with bench.runtime.database.write() as session:
        at = bench.clock()
        ids = {"draft_ids": [draft.id], "audit_ids": [rows[0].id]}
        audit.forget_texts(session, bench.scope, at=at, actor="command", **ids)
