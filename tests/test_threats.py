"""docs/threats.md: whatever it says stops somebody is shown by a test that exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
HEADS = ("Wants:", "What stops them:", "What does not:")


def lines_under(section: str, head: str) -> list[str]:
    """The items below a head, each in one line."""
    rest = section.partition(head)[2]
    for other in HEADS:
        rest = rest.partition(f"\n{other}")[0]
    return [" ".join(item.split()) for item in re.split(r"^- ", rest, flags=re.MULTILINE)[1:]]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.partition("\n")[0])
def test_each_threat_says_who_wants_what_and_each_stop_has_its_test(section: str) -> None:
    for head in HEADS:
        assert f"\n{head}" in section
    stops = lines_under(section, HEADS[1])
    assert stops
    assert [line for line in stops if not NAMED.search(line)] == []
    assert lines_under(section, HEADS[2])


def test_each_named_test_is_there() -> None:
    named = set(NAMED.findall(PAGE))
    assert len(named) > len(SECTIONS)
    missing = {(path, name) for path, name in named if name not in _defined_in(ROOT / path)}
    assert missing == set()


def _defined_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_all_that_is_installed_is_pinned_by_its_digest() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.split(r"\n(?=[\w.\[\]-]+==)", lock)[1:]
    assert len(pins) > 20
    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert "pip install --quiet --require-hashes -r requirements.lock" in (
        ROOT / "Makefile"
    ).read_text(encoding="utf-8")


def test_no_page_loads_anything_from_elsewhere() -> None:
    """But for the helpdesk's own library, which the sidebar needs and its policy names."""
    web = ROOT / "plugin" / "web"
    pages = [*(web / "templates").glob("*.html"), *(web / "static").glob("*.*")]
    outside = {
        match
        for page in pages
        for match in re.findall(
            r"""(?:src|href|from|import|url\()\s*[=(]?\s*["'](https?:)?//([^"'/]+)""",
            page.read_text(encoding="utf-8"),
        )
    }
    assert {host for _, host in outside} <= {"static.zdassets.com"}
