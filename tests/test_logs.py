"""What stands on stderr: JSON lines, and nothing that a customer or a vendor wrote."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from plugin.logs import log_to_stderr

WORDS = "lena@example.org wants her money back"


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    root = logging.getLogger()
    handlers = root.handlers[:]
    root.handlers.clear()
    log_to_stderr()
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.handlers[:] = handlers
    structlog.reset_defaults()


def test_ours_and_a_librarys_are_json_lines_alike(logged: Any) -> None:
    structlog.get_logger().info("event_handled", ticket="7")
    logging.getLogger("urllib3").warning("retrying %s", WORDS)
    ours, theirs = logged()
    assert (ours["event"], ours["ticket"], ours["level"]) == ("event_handled", "7", "info")
    assert (theirs["event"], theirs["logger"]) == ("retrying %s", "urllib3")
    assert ours.keys() & theirs.keys() >= {"event", "level", "timestamp"}


def test_a_connector_hands_on_what_may_be_told(logged: Any) -> None:
    told = {"ticket": "7", "reason": "rejected", "body": WORDS}
    logging.getLogger("connectors.zendesk").warning("tags stay lost", extra=told)
    (line,) = logged()
    assert (line["ticket"], line["reason"]) == ("7", "rejected")
    assert WORDS not in json.dumps(line)


@pytest.mark.parametrize("logger", [structlog.get_logger(), logging.getLogger("waitress")])
def test_of_a_fault_its_place_is_told_and_not_its_words(logged: Any, logger: Any) -> None:
    try:
        json.loads(WORDS)
    except ValueError as error:
        error.args = (WORDS,)
        logger.exception("fault")
    (line,) = logged()
    assert line["event"] == "fault"
    assert line["where"][0].startswith("test_logs.py:")
    assert WORDS not in json.dumps(line)
