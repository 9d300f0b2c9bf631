"""Spoiled input for every parser: ``make soak ARGS="-k fuzz --fuzz 20000 --seed 3"``."""

import pytest

from bench.soak.fuzz import Failure, fuzz
from bench.soak.targets import targets


def test_fuzz_every_parser_reads_or_refuses(
    pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    seed, wanted = pytestconfig.getoption("seed"), pytestconfig.getoption("fuzz")
    parsers = targets()
    each = max(1, wanted // len(parsers))
    failures: list[Failure] = []
    with capsys.disabled():
        print(f"\nfuzz, seed {seed}: {len(parsers)} parsers, {each} cases each")  # noqa: T201 (for who watches)
        for parser in parsers:
            found = fuzz(parser, seed=seed, cases=each)
            print(found.line(), flush=True)  # noqa: T201 (the same)
            failures += found.failures.values()
        for failure in failures:
            print(f"  {failure}")  # noqa: T201 (the same)
    assert not failures, "\n".join(map(str, failures))
