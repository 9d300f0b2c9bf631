"""The code's own shape: what no reader should have to check by hand."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import connectors
import plugin

ROOT = Path(__file__).parents[1]
LONGEST = 400
NAMES_THAT_SAY_NOTHING = {
    *("utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "base_utils"),
}
# Where a thread may wait for the clock: nowhere in the service, where an event can say stop; the
# demo looks for what it waits for.
MAY_SLEEP = {"plugin/demo/looking.py"}
# Longer than they should be; none may join them.
PICKED_BY_PATH = "plugin/store/migrations"


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def trees(folder: str) -> Mapping[str, ast.Module]:
    return {name_of(path): ast.parse(path.read_text("utf-8")) for path in sources(folder)}


def test_no_file_is_long() -> None:
    lengths = {
        name_of(path): len(path.read_text("utf-8").splitlines())
        for path in sources("plugin", "connectors", "tests")
        if PICKED_BY_PATH not in name_of(path)
    }
    assert {name for name, lines in lengths.items() if lines > LONGEST} == set()


def test_every_file_is_named_by_its_job() -> None:
    empty = [
        name_of(path)
        for path in sources("plugin", "connectors", "tests")
        if NAMES_THAT_SAY_NOTHING & {path.stem, *path.relative_to(ROOT).parts}
    ]
    assert empty == []


@pytest.mark.parametrize("package", [plugin, connectors], ids=lambda one: one.__name__)
def test_every_package_and_module_says_what_it_is_for(package: object) -> None:
    assert isinstance(package, type(plugin))
    silent = [
        found.name
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if ".migrations." not in found.name and not importlib.import_module(found.name).__doc__
    ]
    assert silent == []
    assert package.__doc__


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in sources("tests")}
    assert [name_of(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_nothing_in_the_service_sleeps() -> None:
    found = {
        name
        for name, tree in trees("plugin").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("time.sleep", "sleep")
    }
    assert found == MAY_SLEEP


def test_only_log_and_command_line_write_to_the_terminal() -> None:
    found = {
        name
        for folder in ("plugin", "connectors")
        for name, tree in trees(folder).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    }
    assert found == set()


def test_no_test_is_skipped() -> None:
    ways_out = ("pytest.skip", "pytest.mark.skip", "pytest.mark.skipif", "pytest.importorskip")
    found = {
        name
        for name, tree in trees("tests").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ways_out
    }
    assert found == set()


def test_every_suppressed_warning_has_its_reason() -> None:
    bare = [
        f"{name_of(path)}:{number}"
        for path in sources("plugin", "connectors")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if "# noqa" in line and line.rpartition("# noqa")[2].count(" ") < 2
    ]
    assert bare == []
