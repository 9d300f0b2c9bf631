"""`bookbag demo` without options: the first tickets at once, the rest while the person looks."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from plugin.demo import run
from plugin.demo.run import show
from plugin.demo.world import Options, World

TO_TRY = {"Chipped mug", "Refund please"}
# On a machine at rest it takes two; half of what waiting for a browser would.
STOP_SECONDS = 12


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(Options(data=tmp_path, port=0)) as world:
        yield world


def subjects(world: World) -> list[str]:
    found = world.hands.get("/api/v2/tickets.json?page[size]=100")["tickets"]
    return [ticket["subject"] for ticket in found]


def wait_for(seen: Callable[[], bool], *, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < until
        time.sleep(0.02)


def customers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "customers"]


def test_all_tickets_come_in_and_what_was_asked_twice_is_merged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_PAUSE_SECONDS", 0.01)
    said: list[str] = []

    show(world, said.append)
    wait_for(lambda: not customers())

    assert [line.split(":")[0] for line in said[:3]] == ["workspace", "queue", "service"]
    assert subjects(world) == [ticket["subject"] for ticket in world.tickets]
    merged = world.hands.get("/api/v2/tickets.json?page[size]=100")["tickets"]
    assert [t["subject"] for t in merged if t["status"] == "closed"] == [
        "Cinder stove - did you get my mail?"
    ]


def test_what_the_readme_tells_to_try_is_there_at_once_and_the_end_waits_for_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_PAUSE_SECONDS", 60)

    show(world, lambda _: None)

    assert set(subjects(world)) >= TO_TRY
    assert len(subjects(world)) < len(world.tickets)
    world.ended.set()
    wait_for(lambda: not customers(), seconds=2)


def test_an_open_browser_does_not_hold_the_end_up(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """And nothing complains: what the service still does, it does while the helpdesk answers."""
    with requests.Session() as browser, World(Options(data=tmp_path, port=0)) as world:
        for url in (world.workspace_url, f"{world.service_url}/healthz"):
            browser.get(url, timeout=5).raise_for_status()
        show(world, lambda _: None)
        began = time.monotonic()
    assert time.monotonic() - began < STOP_SECONDS
    said = "".join(capfd.readouterr())
    assert [word for word in ("Traceback", "not_done", "event_error") if word in said] == []
