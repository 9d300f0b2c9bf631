"""An installed account at work: who is mailed what behind the e-mail gate, and what doctor sees."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connectors.zendesk.administration import apps
from plugin.installing import check_work
from plugin.installing.apply import apply
from plugin.installing.check import Check, Health
from plugin.installing.looking import look, site
from plugin.models import DraftState
from tests.bench.databases import KINDS, Databases, settings_for
from tests.bench.world import ANA, BEN, Bench


@pytest.fixture(scope="module", params=KINDS)
def gated(
    request: pytest.FixtureRequest,
    all_databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bench]:
    """A merchant whose account has the gate."""
    folder = tmp_path_factory.mktemp("gated")
    url = all_databases.fresh(request.param)
    with pytest.MonkeyPatch.context() as patch, Bench(settings_for(url, folder)) as running:
        patch.setattr(apps, "_UPLOAD_SECONDS", 0.0)
        patch.setattr(apps, "_POLL_SECONDS", 0.0)
        where = site(running.runtime, running.scope.merchant_id, None, "zendesk")
        apply(where, look(where, fields=False, gate=True, tell=_nothing), _nothing)
        yield running


def _nothing(words: str) -> None:
    del words


def mailed(bench: Bench, ticket_id: str) -> list[str]:
    """Public comments that the customer was mailed, without the word that it came in."""
    sent = bench.hands.get("/sandbox/emails")["emails"]
    ids = {str(one["comment_id"]) for one in sent if str(one["ticket_id"]) == ticket_id}
    comments = bench.hands.comments(ticket_id)[1:]
    return [str(one["plain_body"]) for one in comments if str(one["id"]) in ids]


def test_what_waits_for_approval_is_stored_and_not_mailed(gated: Bench) -> None:
    ticket_id = gated.opened("complaint")
    gated.hands.agent_writes(ticket_id, ANA, "Take 500 USD.", public=True)
    gated.settle()
    assert gated.public(ticket_id) == ["Take 500 USD."]
    assert mailed(gated, ticket_id) == []
    assert gated.draft(ticket_id).bypassed


def test_what_was_approved_is_mailed(gated: Bench) -> None:
    ticket_id = gated.opened("complaint")
    gated.note(ticket_id, BEN, "/approve done")
    gated.pass_time(60)
    assert gated.draft(ticket_id).state is DraftState.DELIVERED
    assert mailed(gated, ticket_id) == gated.public(ticket_id) != []


@pytest.mark.parametrize("first", [None, "/reject Let me look into this."])
def test_whoever_may_answer_in_their_own_words_is_mailed(gated: Bench, first: str | None) -> None:
    ticket_id = gated.opened("complaint")
    if first:
        gated.note(ticket_id, BEN, first)
        assert "bookbag_approval_required" in gated.ours(ticket_id)
    gated.note(ticket_id, BEN, "/respond")
    assert "bookbag_approval_required" not in gated.ours(ticket_id)
    gated.hands.agent_writes(ticket_id, BEN, "I will call you.", public=True)
    gated.settle()
    assert mailed(gated, ticket_id) == ["I will call you."]
    assert not gated.draft(ticket_id).bypassed


def test_a_reply_that_needs_no_approval_is_mailed(gated: Bench) -> None:
    ticket_id = gated.opened("reship")
    gated.hands.agent_writes(ticket_id, ANA, "I have found your parcel.", public=True)
    gated.settle()
    assert mailed(gated, ticket_id) == ["I have found your parcel."]


def checked(bench: Bench) -> tuple[Check, Check]:
    where = site(bench.runtime, bench.scope.merchant_id, None, "zendesk")
    return check_work.tags(where), check_work.last_event(where)


def test_a_tag_that_somebody_took_off_is_told(gated: Bench) -> None:
    ticket_id = gated.opened("complaint")
    tags, event = checked(gated)
    assert (tags.health, event.health) == (Health.OK, Health.OK)
    change = {"remove": ["bookbag_approval_required"], "agent": ANA}
    gated.hands._post(f"/sandbox/tickets/{ticket_id}/tags", change)
    tags, _ = checked(gated)
    assert (tags.health, f"ticket {ticket_id}" in tags.found) == (Health.WARN, True)


def test_a_day_without_an_event_is_told(gated: Bench) -> None:
    gated.clock.ahead += timedelta(days=2)
    _, event = checked(gated)
    assert (event.health, event.found) == (Health.WARN, "came 2 days ago")
