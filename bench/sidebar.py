"""The sidebar beside a ticket: how soon it is shown, how much travels, how long a save waits.

The service's side is measured over HTTP on one machine; a save in a real Chromium, on Zendesk's own
library, from the page's asking the app to the app's reply, as an agent who presses *Submit* waits.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import requests
from selectolax.lexbor import LexborHTMLParser

from bench.report import Figure
from tests.bench.chromium import launched
from tests.bench.databases import databases, settings_for
from tests.bench.world import ANA, BEN, Bench
from tests.web.sidebar_app import Sidebar, claims, install, signed
from tests.web.zendesk_page import Zendesk, desks

_TIMES, _WARM_UP, _SAVES = 40, 5, 25
_PAINT_MS, _KIB, _SAVE_MS = 300, 40, 50
_P95 = 19  # of 20 parts
_SECONDS = 15
# Presses Submit again and again, and says how long the app took each time.
_PRESS = """async ([words, times]) => {
  const taken = [];
  while (taken.length < times) {
    document.getElementById("composer").innerText = words;
    window.hookMs = 0;
    document.getElementById("submit").click();
    while (!window.hookMs) await new Promise((resolve) => setTimeout(resolve, 5));
    taken.push(window.hookMs);
    // Whoever has sent one reply writes the next one, and meanwhile the sidebar has a look.
    await new Promise((resolve) => setTimeout(resolve, 800));
  }
  return taken;
}"""


def figures() -> Iterator[Figure]:
    """First paint, bytes, saves."""
    with (
        databases() as found,
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        Bench(settings_for(found.fresh("sqlite"), Path(folder))) as bench,
    ):
        install(bench)
        yield from _paint(bench)
        yield _bytes(bench)
        yield from _saves(bench)


def _paint(bench: Bench) -> Iterator[Figure]:
    ana, ticket_id = Sidebar(bench, ANA), bench.opened("refund_over_limit")
    user = bench.hands.users()[ANA]

    def open_it() -> object:
        return ana.open(signed(claims(user, bench.clock())))

    worked = time.process_time()
    opened, shown = _take(open_it), _take(lambda: ana.draft(ticket_id))
    worked = (time.process_time() - worked) * 1000 / (_TIMES + _WARM_UP)
    known = {"If-None-Match": ana.draft(ticket_id).headers["ETag"]}
    again = _take(lambda: ana.draft(ticket_id, **known))
    yield Figure(
        name="sidebar, first paint, service's side: p95",
        value=_p95(opened) + _p95(shown),
        unit="ms",
        goal=_PAINT_MS,
        limit=(
            f"the signed opening {statistics.median(opened):.0f} ms, the draft"
            f" {statistics.median(shown):.0f} ms at p50; a look that finds nothing new"
            f" {statistics.median(again):.0f} ms; {worked:.0f} ms of processor, the asking included"
        ),
    )


def _bytes(bench: Bench) -> Figure:
    page = Sidebar(bench, ANA).page
    nodes = LexborHTMLParser(page.text).css("link[href], script[src]")
    addresses = [node.attributes.get("href") or node.attributes.get("src") for node in nodes]
    travelled = plain = len(page.content)
    for address in addresses:
        answer = requests.get(f"{bench.url}{address}", timeout=_SECONDS, stream=True)
        travelled += len(answer.raw.read())
        plain += len(requests.get(f"{bench.url}{address}", timeout=_SECONDS).content)
    return Figure(
        name="sidebar, all that travels but Zendesk's library",
        value=travelled / 1024,
        unit="KiB",
        goal=_KIB,
        limit=f"{len(addresses)} files and the page; {plain / 1024:.0f} KiB uncompressed",
    )


def _saves(bench: Bench) -> Iterator[Figure]:
    free, held = bench.opened("german_html_thread"), bench.opened("complaint")
    signed_off = bench.opened("refund_over_limit")
    draft, ben = bench.draft(signed_off), Sidebar(bench, BEN)
    ben.act(draft.id, "verdict", verdict="approve", done="0", **ben.seen(signed_off))
    Sidebar(bench, ANA).act(draft.id, "insert", **ben.seen(signed_off))
    with launched("--disable-features=LocalNetworkAccessChecks") as chromium:
        ana = next(desks(bench, chromium))()
        for what, ticket_id, words in (
            ("nothing held", free, "Hello"),
            ("held", held, "Hello"),
            ("as approved", signed_off, draft.text or ""),
        ):
            yield _save(ana, what, ticket_id, words)


def _save(ana: Zendesk, what: str, ticket_id: str, words: str) -> Figure:
    ana.open(ANA, ticket_id)
    before = ana.saves_asked()
    taken = ana.page.evaluate(_PRESS, [words, _SAVES])
    asked = ana.saves_asked() - before
    return Figure(
        name=f"sidebar, save hook, {what}: p95",
        value=_p95(taken),
        unit="ms",
        goal=_SAVE_MS,
        limit=f"p50 {statistics.median(taken):.0f} ms; {asked} of {_SAVES} had to ask the service",
    )


def _take(work: Callable[[], object]) -> Sequence[float]:
    """Milliseconds each time."""
    for _ in range(_WARM_UP):
        work()
    taken = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _p95(taken: Sequence[float]) -> float:
    return statistics.quantiles(taken, n=_P95 + 1)[-1]
