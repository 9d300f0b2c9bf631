"""Rows are written into a policy file, and everything else in it stays as it was."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.documents import read
from plugin.policy.load import check, load
from plugin.policy.rows import Row, RowsError, Wrong, only_in_text, rewritten, rows_of

FILE = """\
# What we let the AI do. 😀 é
version: 1
currency: USD   # all of our shops

policies:
  # The lawyers asked for this.
  - id: legal
    tags: [legal_threat, "zoë's"]   # both
    require: approval
    approvers: [admin]
    deadline: 2h

  - id: big-refund
    when: {action: refund, amount_over: 50.00}
    require: approval

  - tags:
      - vip
    id: vip
    when:
      amount_over: 10.00
    require: block
    note: |
      Call them,
      at once.

  - {id: press, tags: press, require: review}
limits:
  - {id: customer, actions: refund, per: customer, window: 30d, max: 150.00, require: block}
"""
LEGAL = Row("legal", "legal_threat, zoë's", "approval", "admin", "", "2h")
VIP = Row("vip", "vip", "block", "lead", "10.00", "")
PRESS = Row("press", "press", "review", "lead", "", "")
ROWS = (LEGAL, VIP, PRESS)


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that only one of two texts has."""
    old, new = before.splitlines(), after.splitlines()
    gone = [line for line in old if line not in new]
    return gone, [line for line in new if line not in old]


def test_policies_that_a_row_can_say_are_rows_and_the_others_are_named() -> None:
    assert rows_of(FILE) == ROWS
    assert only_in_text(load(FILE), ROWS) == ("big-refund",)


@pytest.mark.parametrize(
    "policy",
    [
        "{id: a, tags: [x], allow: auto}",
        "{id: a, tags: [x], when: {channel: chat}, require: review}",
        "{id: a, tags: [x], when: {amount_over: 1.00, channel: chat}, require: review}",
        "{id: a, tags: [x], require: approval, approvers: [agent, admin]}",
        "{id: a, when: {tags_any: [x]}, require: review}",
        "{id: a, require: review}",
    ],
)
def test_what_says_more_than_a_row_is_no_row(policy: str) -> None:
    assert rows_of(f"version: 1\ncurrency: USD\npolicies: [{policy}]\n") == ()


def test_unchanged_rows_leave_every_character() -> None:
    assert rewritten(FILE, ROWS) == FILE


def test_one_value_changes_one_line() -> None:
    after = rewritten(FILE, (replace(LEGAL, deadline="30 min"), VIP, PRESS))
    assert changed(FILE, after) == (["    deadline: 2h"], ["    deadline: 30m"])


def test_every_field_of_a_row_can_change() -> None:
    other = Row("legal", "sue, court", "approval", "lead", "20.00", "1d")
    after = rewritten(FILE, (other, VIP, PRESS))
    assert rows_of(after) == (other, VIP, PRESS)
    gone, new = changed(FILE, after)
    assert len(gone) == 3
    assert new == [
        "    tags: [sue, court]   # both",
        "    when: {amount_over: 20.00}",
        "    approvers: [lead]",
        "    deadline: 1d",
    ]


def test_what_belongs_to_an_approval_goes_with_it_and_comes_with_it() -> None:
    after = rewritten(FILE, (replace(LEGAL, oversight="review"), VIP, PRESS))
    assert rows_of(after)[0] == Row("legal", LEGAL.tags, "review")
    assert check(after) == []
    signed = replace(PRESS, oversight="approval", approver="admin", deadline="3h")
    after = rewritten(FILE, (LEGAL, VIP, signed))
    assert "{id: press, tags: press, require: approval, approvers: [admin], deadline: 3h}" in after


def test_lists_and_mappings_over_several_lines_are_written_anew() -> None:
    other = replace(VIP, tags="vip, gold", amount="")
    after = rewritten(FILE, (LEGAL, other, PRESS))
    assert rows_of(after)[1] == other
    assert "  - tags: [vip, gold]\n    id: vip\n    require: block\n    note: |\n" in after


def test_a_removed_row_takes_its_lines_and_no_comment_of_others() -> None:
    after = rewritten(FILE, (VIP, PRESS))
    gone, new = changed(FILE, after)
    assert (len(gone), new) == (4, [])
    assert "# The lawyers asked for this." in after
    assert rows_of(rewritten(FILE, (LEGAL, PRESS))) == (LEGAL, PRESS)
    assert "Call them" not in rewritten(FILE, (LEGAL, PRESS))


def test_a_new_row_stands_behind_the_last_policy() -> None:
    new = Row("", " Angry  Customer ,rude", "approval", "lead", "5", "2 H")
    written = """
  - id: Angry-Customer
    tags: [Angry Customer, rude]
    when: {amount_over: 5}
    require: approval
    approvers: [lead]
    deadline: 2h
"""
    head, tail = FILE.split("limits:")
    assert rewritten(FILE, (*ROWS, new)) == f"{head}{written}limits:{tail}"


def test_empty_new_rows_are_nothing() -> None:
    assert rewritten(FILE, (*ROWS, Row(), Row(tags="  "))) == FILE


def test_a_new_policy_gets_an_id_that_nothing_has() -> None:
    rows = (*ROWS, Row(tags="press"), Row(tags="customer"), Row(tags="ünïcode!"), Row(tags="!!"))
    ids = [policy.id for policy in load(rewritten(FILE, rows)).policies]
    assert ids[-4:] == ["press-2", "customer-2", "n-code", "tagged"]


@pytest.mark.parametrize(
    ("source", "start"),
    [
        ("version: 1\n", "version: 1\n\npolicies:\n  - id: a\n"),
        ("version: 1", "version: 1\n\npolicies:\n  - id: a\n"),
        ("policies: []\nversion: 1\n", "policies:\n  - id: a\n    tags: [a]\n    require: block\n"),
        ("{version: 1}", "{version: 1, policies: [{id: a, tags: [a], require: block}]}"),
        (
            "policies: [{id: b, require: review}]\n",
            "policies: [{id: b, require: review}, {id: a, tags: [a], require: block}]\n",
        ),
        ("policies:\n- id: b\n  require: review\n", "policies:\n- id: b\n  require: review\n- id"),
    ],
)
def test_the_first_row_finds_its_place(source: str, start: str) -> None:
    after = rewritten(source, (Row("", "a", "block"),))
    assert after.startswith(start)
    assert rows_of(after) == (Row("a", "a", "block"),)


def test_the_last_row_leaves_an_empty_list() -> None:
    source = "version: 1\npolicies:\n  - id: a\n    tags: [a]\n    require: block\n"
    assert rewritten(source, ()) == "version: 1\npolicies: []\n"


def test_an_amount_brings_the_currency_that_a_file_lacks() -> None:
    row = Row("", "a", "block", amount="5.00")
    after = rewritten("# ours\nversion: 1\n", (row,), currency="EUR")
    assert after.startswith("# ours\nversion: 1\ncurrency: EUR\n")
    with pytest.raises(RowsError) as refused:
        rewritten("version: 1\n", (row,))
    assert [(one.row, one.field) for one in refused.value.wrong] == [(0, "amount")]
    with pytest.raises(RowsError) as refused:
        rewritten("version: 1\n", (row,), currency="DOLLARS")
    assert (None, "currency") in [(one.row, one.field) for one in refused.value.wrong]


def test_all_that_is_wrong_is_told_by_row_and_field() -> None:
    rows = (*ROWS, Row(amount="1"), Row("", "a", "perhaps", "auditor", "5,00", "soon"))
    with pytest.raises(RowsError) as refused:
        rewritten(FILE, rows)
    assert [(one.row, one.field) for one in refused.value.wrong] == [
        (3, "tags"),
        (4, "oversight"),
        (4, "approver"),
        (4, "amount"),
        (4, "deadline"),
    ]
    assert refused.value.wrong[0] == Wrong(3, "tags", "expected a ticket's tag")


def test_an_amount_that_the_currency_does_not_have_is_told_at_its_row() -> None:
    with pytest.raises(RowsError) as refused:
        rewritten(FILE, (replace(VIP, amount="5.001"), LEGAL, PRESS, Row(tags="x", amount="5 GBP")))
    assert [(one.row, one.field) for one in refused.value.wrong] == [(0, "amount"), (3, "amount")]


_tags = st.lists(
    st.text("abz_09 :#'\"{}[]-&*!|>%@`é", min_size=1, max_size=9)
    .map(lambda tag: " ".join(tag.split()))
    .filter(bool),
    min_size=1,
    max_size=3,
    unique=True,
).map(", ".join)
_rows = st.builds(
    Row,
    id=st.sampled_from(["", "legal", "vip", "press"]),
    tags=_tags,
    oversight=st.sampled_from(["review", "approval", "block"]),
    approver=st.sampled_from(["agent", "lead", "admin"]),
    amount=st.sampled_from(["", "5", "10.00"]),
    deadline=st.sampled_from(["", "2h", "30m"]),
)


def named_once(rows: list[Row]) -> bool:
    names = [row.id for row in rows if row.id]
    return len(names) == len(set(names))


@settings(max_examples=50)
@given(st.lists(_rows, max_size=5).filter(named_once))
def test_whatever_rows_are_wanted_they_stand_there_and_the_rest_stays(rows: list[Row]) -> None:
    after = rewritten(FILE, rows)
    found = {row.id: row for row in rows_of(after)}
    for row in sorted(rows, key=lambda row: row.id, reverse=True):
        plain = row if row.oversight == "approval" else replace(row, approver="lead", deadline="")
        if row.id:
            assert found.pop(row.id) == plain
        else:
            match = next(one for one in found.values() if replace(one, id="") == plain)
            assert match.id not in {"legal", "vip", "press"}
            del found[match.id]
    assert found == {}
    before, now = read(FILE).tree, read(after).tree
    assert isinstance(before, dict)
    assert isinstance(now, dict)
    assert {**before, "policies": 0} == {**now, "policies": 0}
    assert {"# What we let the AI do. 😀 é", "  # The lawyers asked for this."} <= set(
        after.splitlines()
    )
    kept = "  - id: big-refund\n    when: {action: refund, amount_over: 50.00}\n"
    assert f"{kept}    require: approval\n" in after
