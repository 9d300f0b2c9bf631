"""What may be armed: every field is known, typed and in range, and a wrong one is named."""

from typing import Any

import pytest

from connectors.sandbox.delivering.faults import read_webhook_fault
from connectors.sandbox.faults.kinds import KINDS, Match, Window, read_fault
from connectors.sandbox.faults.reading import FaultFormatError
from connectors.sandbox.faults.turns import Schedule
from connectors.sandbox.zendesk.deliveries import FAULTS


def test_a_whole_order() -> None:
    order = {
        "fault": 429,
        "calls": 3,
        "after": 2,
        "share": 0.1,
        "seed": 7,
        "retry_after": 5,
        "match": {"method": "put", "path": "/api/v2/tickets/1.json"},
    }
    fault = read_fault(order)
    assert fault.schedule == Schedule(times=3, after=2, share=0.1, seed=7)
    assert fault.match == Match("PUT", "/api/v2/tickets/1")
    assert (fault.status, fault.retry_after, fault.done) == (429, 5, False)


def test_little_needs_to_be_said() -> None:
    needed = {"rate_window": {"limit": 3, "window_seconds": 60}}
    faults = {kind: read_fault({"fault": kind, **needed.get(kind, {})}) for kind in KINDS}
    assert all(fault.schedule == Schedule() for fault in faults.values())
    assert {kind for kind, fault in faults.items() if fault.done} == {"dropped", "slow", "hold"}
    assert faults["rate_window"].window == Window(3, 60)
    assert all(read_webhook_fault({"fault": kind}, FAULTS).kind == kind for kind in FAULTS)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (None, "body"),
        ([], "body"),
        ({}, "fault: expected one of 401"),
        ({"fault": 418}, "fault"),
        ({"fault": True}, "fault"),
        ({"fault": 500, "calls": 0}, "calls"),
        ({"fault": 500, "calls": "2"}, "calls"),
        ({"fault": 500, "share": 1.5}, "share: expected a number from 0 to 1"),
        ({"fault": 500, "share": -1}, "share"),
        ({"fault": 500, "after": True}, "after"),
        ({"fault": 500, "before": True}, "before: not known"),
        ({"fault": 409, "done": True}, "done: not known"),
        ({"fault": 500, "done": "yes"}, "done"),
        ({"fault": 500, "time": 3}, "time: not known"),
        ({"fault": "dropped", "seconds": 1}, "seconds: not known"),
        ({"fault": "slow", "seconds": "1"}, "seconds"),
        ({"fault": "slow", "seconds": 1e12}, "seconds"),
        ({"fault": "rate_window"}, "limit"),
        ({"fault": "rate_window", "limit": 3, "window_seconds": 0}, "window_seconds"),
        ({"fault": 500, "match": "PUT"}, "match"),
        ({"fault": 500, "match": {"verb": "PUT"}}, "verb"),
        ({"fault": 500, "match": {"method": "FETCH"}}, "match.method"),
        ({"fault": 500, "match": {"method": 1}}, "method"),
        ({"fault": 500, "match": {"path": "api"}}, "match.path"),
    ],
)
def test_a_wrong_fault_is_refused_by_its_field(wrong: Any, named: str) -> None:
    with pytest.raises(FaultFormatError) as refused:
        read_fault(wrong)
    assert str(refused.value).startswith(named)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"fault": "doubled"}, "fault: expected one of twice"),
        ({"fault": "twice", "deliveries": 0}, "deliveries"),
        ({"fault": "twice", "calls": 2}, "calls: not known"),
        ({"fault": "twice", "seconds": 2}, "seconds: not known"),
        ({"fault": "late", "seconds": -1}, "seconds"),
        ("late", "body"),
    ],
)
def test_a_wrong_webhook_fault_is_refused_by_its_field(wrong: Any, named: str) -> None:
    with pytest.raises(FaultFormatError) as refused:
        read_webhook_fault(wrong, FAULTS)
    assert str(refused.value).startswith(named)
