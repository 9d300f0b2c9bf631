"""``/policies``: what holds in plain words, changed as text, seen before it holds, and undone."""

import re

import pytest

from plugin import onboarding
from plugin.models import DraftState, Role
from plugin.policy.load import load
from tests.bench.queries import counted
from tests.bench.world import ANA, BEN, CHLOE, Bench
from tests.web.conftest import Visit
from tests.web.policy_pages import (
    DEMO,
    PLAIN,
    activated,
    in_force,
    preview,
    put_in_force,
    source_of,
)
from tests.web.visitor import Visitor, hidden, parsed, problem, text_of, words_of

AUDITOR = "audit@larkspur-outfitters.example"
READ = ("/policies", "/policies/history", "/policies/versions/1")
CHANGE = ("/policies/text", "/policies/table")
SEND = ("/policies/text", "/policies/table", "/policies/preview", "/policies/activate")
VIP = f"{PLAIN}  - {{id: vip, tags: [vip], require: block}}\n"


@pytest.fixture
def chloe(bench: Bench, visit: Visit) -> Visitor:
    """An admin, and a plain file in force."""
    put_in_force(bench)
    return visit(CHLOE)


@pytest.fixture(scope="module")
def auditor(bench: Bench) -> str:
    onboarding.add_person(
        bench.runtime, bench.scope.merchant_id, email=AUDITOR, name="Ada Audit", role=Role.AUDITOR
    )
    return AUDITOR


def listed(visitor: Visitor, path: str, selector: str) -> list[str]:
    return [" ".join(node.text().split()) for node in parsed(visitor.get(path)).css(selector)]


def test_what_is_in_force_is_told_in_plain_words(bench: Bench, visit: Visit) -> None:
    hours = 'business_hours: {timezone: Europe/Berlin, mon-fri: "09:00-18:00"}'
    limit = "{id: most, actions: refund, per: customer, window: 30d, max: 150.00, require: block}"
    number = put_in_force(bench, f"{PLAIN}limits: [{limit}]\n{hours}\n", by="Zoë", why="Spring")
    page = visit(BEN).get("/policies")
    words = words_of(page)
    assert f"Version {number} is in force" in words
    assert re.search(r"Since \d+ \w+ \d{4}, \d\d:\d\d UTC, by Zoë Why: Spring", words)
    assert "Refunds over 50.00 USD need 1 lead's approval, within 2 h, then admin." in words
    assert "All other drafts are offered to an agent for review." in words
    assert "More than 150.00 USD in refunds for one customer within 30 days gets no answer" in words
    assert "Monday to Friday 09:00\N{EN DASH}18:00 By the clock of Europe/Berlin." in words


def test_a_merchant_without_a_file_is_told_what_holds(bench: Bench, visit: Visit) -> None:
    other = onboarding.add_merchant(bench.runtime, "Other")
    onboarding.add_person(
        bench.runtime, other, email="o@other.example", name="Olga", role=Role.ADMIN
    )
    olga = visit("o@other.example", other)
    assert "No policies were ever activated" in words_of(olga.get("/policies"))
    assert "No policies were ever activated" in words_of(olga.get("/policies/history"))
    first = preview(olga, source_of(olga.get("/policies/text")))
    assert "No policies are in force yet." in words_of(first)
    done = activated(olga, first, why="To begin with")
    assert "Version 1 is in force. It holds from the next draft on." in words_of(done)


def test_another_merchants_versions_are_not_there(bench: Bench, visit: Visit) -> None:
    number = put_in_force(bench)
    other = onboarding.add_merchant(bench.runtime, "Stranger")
    onboarding.add_person(
        bench.runtime, other, email="s@other.example", name="Sam", role=Role.ADMIN
    )
    answer = visit("s@other.example", other).get(f"/policies/versions/{number}")
    assert answer.status_code == 404
    assert text_of(answer, "main p:first-of-type") == "There is no such version of the policies."


def test_an_agent_sees_no_policies(bench: Bench, visit: Visit) -> None:
    put_in_force(bench)
    ana = visit(ANA)
    assert "Policies" not in text_of(ana.get("/queue"), "nav")
    for path in (*READ, *CHANGE):
        answer = ana.get(path)
        assert (answer.status_code, text_of(answer, "h1")) == (403, "Not yours to do")


@pytest.mark.parametrize("role", ["lead", "auditor"])
def test_a_lead_and_an_auditor_read_and_change_nothing(
    bench: Bench, visit: Visit, auditor: str, role: str
) -> None:
    number = put_in_force(bench)
    reader = visit(BEN if role == "lead" else auditor)
    token = hidden(reader.get("/policies"))
    assert "Policies" in text_of(reader.get("/queue"), "nav")
    for path in READ:
        answer = reader.get(path)
        assert answer.status_code == 200
        assert not parsed(answer).css("a[href*=text], a[href*=table], main form")
    for path in CHANGE:
        assert reader.get(path).status_code == 403
    for path in SEND:
        form = {**token, "source": VIP, "edited_from": number, "why": "x", "do": "preview"}
        answer = reader.post(path, data=form)
        assert answer.status_code == 403
        assert "Only an admin changes the policies." in words_of(answer)
    assert in_force(bench).number == number


def test_a_check_shows_each_problem_beside_its_line(chloe: Visitor) -> None:
    wrong = PLAIN.replace("amount_over", "amount_ovr").replace("2h", "2 hours")
    form = {**hidden(chloe.get("/policies/text")), "source": f"\n{wrong}</textarea><b>"}
    answer = chloe.post("/policies/text", data=form)
    assert answer.status_code == 200
    assert source_of(answer) == f"\n{wrong}</textarea><b>"
    lines = [" ".join(node.text().split()) for node in parsed(answer).css(".marked li")]
    assert len(lines) == 1
    assert lines[0].startswith("Line 13 </textarea><b> not YAML")

    answer = chloe.post("/policies/text", data={**form, "source": wrong})
    first, second = (" ".join(node.text().split()) for node in parsed(answer).css(".marked li"))
    assert first.startswith("Line 8 when: {action: refund, amount_ovr: 50.00} policies[0].when.")
    assert first.endswith("amount_ovr: unknown key; did you mean amount_over?")
    assert second.startswith("Line 10 deadline: 2 hours policies[0].deadline: expected a duration")
    assert text_of(answer, "#checked h2") == "2 problems"


def test_a_text_in_order_says_so_and_doubts_are_told_apart(chloe: Visitor) -> None:
    form = hidden(chloe.get("/policies/text"))
    answer = chloe.post("/policies/text", data={**form, "source": PLAIN})
    assert text_of(answer, "#checked") == "Nothing is wrong with this text."
    doubtful = PLAIN.replace("require: approval", "require: block")
    answer = chloe.post("/policies/text", data={**form, "source": doubtful})
    assert text_of(answer, "#checked h2") == "2 doubts"
    assert "Doubt. policies[0].deadline: has no effect" in words_of(answer)


@pytest.mark.parametrize("path", ["/policies/preview", "/policies/activate"])
def test_a_wrong_text_goes_nowhere_and_is_not_lost(bench: Bench, chloe: Visitor, path: str) -> None:
    number, wrong = in_force(bench).number, PLAIN.replace("50.00", "fifty")
    form = {**hidden(chloe.get("/policies/text")), "source": wrong, "why": "To try"}
    answer = chloe.post(path, data=form)
    assert answer.status_code == 422
    assert "cannot be activated" in problem(answer)
    assert source_of(answer) == wrong
    assert 'an amount such as 50.00 or 50.00 EUR, not "fifty"' in text_of(answer, ".marked li")
    assert in_force(bench).number == number


def test_what_would_change_is_seen_before_it_holds(bench: Bench, chloe: Visitor) -> None:
    bench.opened("refund_over_limit")
    before = in_force(bench).number
    changed = VIP.replace("amount_over: 50.00", "amount_over: 20.00")
    shown = preview(chloe, changed)
    words = words_of(shown)
    assert f"Compared with version {before}, in force since" in words
    assert "big-refund changes Refunds over 50.0020.00 USD need 1 lead's approval" in words
    assert [node.text() for node in parsed(shown).css(".changes del")] == ["50.00"]
    assert "vip is new Messages on tickets tagged vip get no answer from the AI" in words
    assert [node.text() for node in parsed(shown).css(".diff del, .diff ins")] == [
        "    when: {action: refund, amount_over: 50.00}",
        "    when: {action: refund, amount_over: 20.00}",
        "  - {id: vip, tags: [vip], require: block}",
    ]
    assert in_force(bench).number == before


def test_it_is_activated_with_a_why_and_the_next_draft_obeys(bench: Bench, chloe: Visitor) -> None:
    before = in_force(bench).number
    stricter = PLAIN.replace("amount_over: 50.00", "amount_over: 10.00")
    shown = preview(chloe, stricter)
    silent = activated(chloe, shown, why="  ")
    assert silent.status_code == 422
    assert text_of(silent, "#wrong-why") == "Say why, for those who read the history."
    done = activated(chloe, silent, why=" Fraud  in May ")
    assert done.url.endswith("/policies")
    assert f"Version {before + 1} is in force." in words_of(done)
    version = in_force(bench)
    assert (version.source, version.why, version.activated_by) == (
        stricter,
        "Fraud in May",
        "Chloe Duval",
    )
    ticket_id = bench.opened("refund_under_limit")
    assert bench.draft(ticket_id).state is DraftState.AWAITING_APPROVAL
    assert bench.held(ticket_id).draft.text


def test_the_why_has_a_limit_and_is_not_lost(bench: Bench, chloe: Visitor) -> None:
    number = in_force(bench).number
    answer = activated(chloe, preview(chloe, VIP), why="y" * 501)
    assert answer.status_code == 422
    (why,) = parsed(answer).css("#why")
    assert why.attributes["value"] == "y" * 501
    assert in_force(bench).number == number


def test_the_same_text_cannot_be_activated_again(chloe: Visitor) -> None:
    shown = preview(chloe, PLAIN)
    assert "Nothing changes: this is the text in force." in words_of(shown)
    assert "Activate" not in words_of(shown)


def test_a_second_editor_is_refused_and_told_what_happened(bench: Bench, chloe: Visitor) -> None:
    shown = preview(chloe, VIP)
    other = PLAIN.replace("2h", "3h")
    number = put_in_force(bench, other, by="Ben Mercer", why="Weekend")
    refused = activated(chloe, shown, why="For VIPs")
    assert refused.status_code == 409
    happened = f"Version {number} was activated meanwhile, by Ben Mercer: “Weekend”."
    assert problem(refused).startswith(happened)
    assert "your text is kept" in problem(refused)
    assert "within 32 h, then admin" in words_of(refused)
    assert in_force(bench).source == other
    (why,) = parsed(refused).css("#why")
    assert why.attributes["value"] == "For VIPs"

    form = hidden(refused)
    assert form["source"] == VIP
    assert f"Activate it over version {number}" in words_of(refused)
    assert activated(chloe, refused, why="For VIPs").status_code == 200
    assert in_force(bench).source == VIP


def test_the_history_tells_who_when_why_and_what(bench: Bench, chloe: Visitor) -> None:
    number = put_in_force(bench, VIP, by="Ben Mercer", why="<b>For</b> VIPs")
    first = listed(chloe, "/policies/history", ".versions li")[0]
    assert re.fullmatch(rf"Version {number} in force .* UTC, by Ben Mercer <b>For</b> VIPs", first)
    page = chloe.get(f"/policies/versions/{number}")
    assert f"What it changed of version {number - 1}" in words_of(page)
    assert "vip is new" in words_of(page)
    assert not parsed(page).css("main button")
    assert parsed(page).css("pre.source")[0].text() == VIP


def test_an_older_version_comes_back_as_a_new_one(bench: Bench, chloe: Visitor) -> None:
    old = in_force(bench).number
    put_in_force(bench, VIP)
    page = chloe.get(f"/policies/versions/{old}")
    shown = chloe.post("/policies/preview", data=hidden(page))
    assert text_of(shown, "h1") == f"Back to version {old}"
    assert "vip is gone" in words_of(shown)
    (why,) = parsed(shown).css("#why")
    assert why.attributes["value"] == f"Back to version {old}"
    done = activated(chloe, shown, why=f"Back to version {old}")
    assert f"Version {old + 2} is in force" in words_of(done)
    assert in_force(bench).source == PLAIN


def test_history_is_shown_a_page_at_a_time(
    bench: Bench, chloe: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugin.web.policy_view.A_PAGE", 2)
    number = put_in_force(bench, VIP)
    newest = chloe.get("/policies/history")
    (older,) = [a for a in parsed(newest).css("main a") if a.text() == "Older versions"]
    found = listed(chloe, str(older.attributes["href"]), ".versions li a")
    assert found == [f"Version {number - 2}", f"Version {number - 3}"]


def test_numbers_that_no_version_has_are_not_there(chloe: Visitor) -> None:
    for number in ("0", "2147483647", "9" * 30, "-1", "one"):
        assert chloe.get(f"/policies/versions/{number}").status_code == 404
    for before in ("9" * 30, "-" + "9" * 30, "one", "1e9"):
        assert chloe.get(f"/policies/history?before={before}").status_code == 200


HOSTILE = {
    "an alias bomb": "a: &a [x, x]\nb: [*a, *a]\n",
    "a tag": "version: !!python/object/apply:os.system [true]\n",
    "deep nesting": "[" * 500,
    "a control character": "version: \x07\n",
    "more than a mebibyte": "# x\n" * 300_000,
    "another language": "<script>alert(1)</script>",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_text_is_refused_with_a_sentence_and_kept(chloe: Visitor, what: str) -> None:
    form = {**hidden(chloe.get("/policies/text")), "source": HOSTILE[what]}
    for path in ("/policies/preview", "/policies/table"):
        files = {name: (None, value) for name, value in form.items()}
        answer = chloe.post(path, files=files)
        assert answer.status_code == 422
        assert parsed(answer).css(".marked li p.error")
        assert source_of(answer) == HOSTILE[what]


def test_a_form_that_is_larger_still_is_too_large(bench: Bench, chloe: Visitor) -> None:
    """Asked without a network, where a refused body may break the connection."""
    client = bench.web.test_client()
    for name, value in chloe.http.cookies.items():
        client.set_cookie(name, value or "")
    form = {**hidden(chloe.get("/policies/text")), "source": "x" * 4_200_000}
    answer = client.post("/policies/text", data=form)
    assert answer.status_code == 413
    assert "larger than 4 MiB" in answer.text


def test_names_and_notes_are_text_and_never_markup(bench: Bench, visit: Visit) -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    put_in_force(
        bench,
        f"version: 1\npolicies:\n  - id: a\n    tags: ['{evil}']\n    require: block\n"
        f"    note: '{evil}'\n",
        by=evil,
        why=evil,
    )
    ben = visit(CHLOE)
    number = in_force(bench).number
    pages = ("", "/history", f"/versions/{number}", "/text", "/table")
    for page in (*(ben.get(f"/policies{path}") for path in pages), preview(ben, PLAIN)):
        assert page.status_code == 200
        assert "<img" not in page.text
        assert "onerror" in page.text


def test_a_form_of_somebody_else_changes_nothing(bench: Bench, chloe: Visitor) -> None:
    number = in_force(bench).number
    form = {"source": VIP, "edited_from": number, "why": "x"}
    assert chloe.post("/policies/activate", data=form).status_code == 400
    good = {**hidden(chloe.get("/policies/text")), **form}
    for broken in ("source", "edited_from"):
        less = {name: value for name, value in good.items() if name != broken}
        assert chloe.post("/policies/activate", data=less).status_code == 422
    assert in_force(bench).number == number
    assert chloe.get("/policies/activate").url.endswith("/policies")
    assert chloe.get("/policies/preview").url.endswith("/policies")


def test_who_was_signed_out_meanwhile_finds_their_text_in_the_answer(
    bench: Bench, chloe: Visitor
) -> None:
    shown = preview(chloe, VIP)
    chloe.sign_out()
    answer = activated(chloe, shown, why="For VIPs")
    assert answer.status_code == 401
    (kept,) = parsed(answer).css("textarea#kept")
    assert kept.text(strip=False).replace("\r\n", "\n") == VIP
    assert in_force(bench).source == PLAIN


def test_a_text_that_this_release_cannot_read_is_said_to_be_so(bench: Bench, visit: Visit) -> None:
    from plugin.store import files  # noqa: PLC0415 (past the check on purpose)

    with bench.runtime.database.write() as session:
        files.add_policy(session, bench.scope, "version: 9\n", by="x", at=bench.clock())
    chloe = visit(CHLOE)
    assert "cannot read the text in force" in words_of(chloe.get("/policies"))
    assert chloe.get("/policies/text").status_code == 200
    assert chloe.get("/policies/table").status_code == 422
    assert preview(chloe, PLAIN).status_code == 200
    put_in_force(bench)


def test_pages_cost_as_many_queries_with_much_data_as_with_little(
    bench: Bench, chloe: Visitor
) -> None:
    number = in_force(bench).number
    pages = ("/policies", "/policies/history", f"/policies/versions/{number}", "/policies/text")

    def cost() -> list[int]:
        counts = []
        for path in pages:
            with counted(bench.runtime.database) as asked:
                chloe.get(path)
            counts.append(len(asked))
        return counts

    cost()
    few = cost()
    for source in (VIP, DEMO, PLAIN):
        put_in_force(bench, source)
    assert load(DEMO).policies
    assert cost() == few
    assert max(few) <= 10
