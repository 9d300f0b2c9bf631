"""Which messages are most alike, by what they speak of."""

from plugin.text.likeness import nearest

REFUND, PARCEL, BOTH = {"refund": 2}, {"parcel": 1}, {"refund": 1, "parcel": 1}


def test_the_most_alike_come_first_and_of_equals_the_first() -> None:
    assert nearest(REFUND, [PARCEL, BOTH, REFUND, REFUND], most=3) == [2, 3, 1]
    assert nearest(REFUND, [BOTH, REFUND], most=1) == [1]


def test_what_shares_nothing_is_like_nothing() -> None:
    assert nearest(REFUND, [PARCEL, {}], most=3) == []
    assert nearest({}, [REFUND], most=3) == []
    assert nearest(REFUND, [], most=3) == []
