"""The plan, from what is wanted, what is there and what was written down. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from connectors.administration import Kind, Shape, Thing, Wanted
from plugin.installing.plan import Do, Known, plan

ASKED = {"title": "AI drafts", "tag": "x"}
VIEW = Wanted("view:drafts", Kind.VIEW, "AI drafts", ASKED, "drafts")
THERE = Thing(Kind.VIEW, "7", "AI drafts", ASKED, marked=True)
CHANGED = replace(THERE, shape={"title": "Mine", "tag": "x"})
ALL = Known(secret=True, trust=True)


class Judge:
    def is_it(self, wanted: Wanted, thing: Thing) -> bool:
        return wanted.kind is thing.kind and thing.marked

    def fits(self, wanted: Wanted, thing: Thing) -> bool:
        return thing.shape == wanted.shape


@dataclass
class Row:
    vendor_id: str = "7"
    asked: Shape = field(default_factory=lambda: dict(ASKED))
    wrote: Shape = field(default_factory=lambda: dict(ASKED))


def done(
    wanted: Wanted, things: list[Thing], rows: Mapping[str, Row], known: Known = ALL
) -> list[Do]:
    return [step.do for step in plan(Judge(), [wanted], things, rows, known)]


@pytest.mark.parametrize(
    ("things", "row", "vital", "do"),
    [
        ([], None, False, Do.CREATE),
        ([], Row(), False, Do.CREATE),
        ([], Row(vendor_id=""), False, Do.CREATE),
        ([THERE], None, False, Do.ADOPT),
        ([THERE], Row(), False, Do.LEAVE),
        ([replace(THERE, marked=False)], Row(), False, Do.LEAVE),
        ([replace(THERE, marked=False)], None, False, Do.CREATE),
        # About to be made, and made: the answer was lost.
        ([THERE], Row(vendor_id="", asked={}, wrote={}), False, Do.ADOPT),
        ([CHANGED], Row(), False, Do.LEAVE),
        ([CHANGED], Row(), True, Do.UPDATE),
        ([CHANGED], None, False, Do.UPDATE),
        # A newer release wants another shape of what nobody has touched.
        ([CHANGED], Row(asked={}, wrote=CHANGED.shape), False, Do.UPDATE),
        # The helpdesk words what it stores anew.
        ([CHANGED], Row(wrote=CHANGED.shape), True, Do.LEAVE),
        ([replace(THERE, id="8")], Row(), False, Do.ADOPT),
    ],
)
def test_what_is_done_about_a_view(
    things: list[Thing], row: Row | None, vital: bool, do: Do
) -> None:
    wanted = replace(VIEW, vital=vital)
    assert done(wanted, things, {} if row is None else {"view:drafts": row}) == [do]


ORIGINAL = Thing(Kind.RULE, "1", "Notify", {"title": "Notify"})
CLONE = Thing(Kind.RULE, "2", "Notify (Bookbag)", {"title": "Notify (Bookbag)"}, marked=True)


@pytest.mark.parametrize(
    ("original", "clone", "does"),
    [
        (True, None, [Do.CREATE, Do.SWITCH]),
        (True, False, [Do.LEAVE, Do.SWITCH]),
        (False, True, [Do.LEAVE]),
        (True, True, [Do.LEAVE, Do.SWITCH]),
        # Else nobody would be mailed.
        (False, False, [Do.LEAVE, Do.SWITCH]),
        (False, None, [Do.CREATE, Do.SWITCH]),
    ],
)
def test_a_stand_in_is_on_exactly_where_the_original_is_off(
    original: bool, clone: bool | None, does: list[Do]
) -> None:
    theirs = replace(ORIGINAL, active=original)
    wanted = Wanted("gate:1", Kind.RULE, CLONE.name, CLONE.shape, "", replaces=theirs)
    ours = [] if clone is None else [replace(CLONE, active=clone)]
    row = Row("2", CLONE.shape, CLONE.shape)
    assert done(wanted, [theirs, *ours], {"gate:1": row}) == does


@pytest.mark.parametrize(("secret", "does"), [(True, [Do.LEAVE]), (False, [Do.LEAVE, Do.READ])])
def test_a_secret_that_is_not_known_is_read(secret: bool, does: list[Do]) -> None:
    wanted = replace(VIEW, key="webhook", kind=Kind.WEBHOOK)
    there = replace(THERE, kind=Kind.WEBHOOK)
    known = Known(secret=secret, trust=True)
    assert done(wanted, [there], {"webhook": Row()}, known) == does
