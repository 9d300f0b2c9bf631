"""A new question is told from an old one as well as docs/policies.md says."""

from bench.novelty import told
from plugin.text.likeness import likeness


def test_the_figures_do_not_fall() -> None:
    found = told()
    assert found.own >= 70
    assert found.own_novel / found.own <= 0.10
    assert found.others_novel / found.others >= 0.96
    assert found.hopeless_novel / found.hopeless >= 0.75


def test_the_same_is_alike_and_what_shares_nothing_is_not() -> None:
    refund, invoice = {"refund": 2, "return": 1}, {"invoice": 1}
    assert likeness(refund, [refund] * 20) > 0.99
    assert likeness(refund, [invoice] * 20) == 0.0
    assert likeness({}, [refund] * 20) == 0.0
    assert likeness(refund, []) == 0.0


def test_one_alike_among_many_makes_nothing_familiar() -> None:
    refund = {"refund": 1}
    assert likeness(refund, [refund, *[{"invoice": 1}] * 20]) < 0.4


def test_what_nobody_ever_spoke_of_counts_against_it() -> None:
    refund = {"refund": 1}
    assert likeness(refund | {"injury": 1}, [refund] * 20) < likeness(refund, [refund] * 20)
