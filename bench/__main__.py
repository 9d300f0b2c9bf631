"""``make bench``: every figure beside its goal, and what limits it."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping

from bench import (
    accept,
    audit,
    commitments,
    decide,
    diff,
    drafter,
    jobs,
    note,
    novelty,
    queue,
    replay,
    sensitive,
    sidebar,
)
from bench.report import Figure, heading
from plugin.logs import log_to_stderr

_MEASURED: Mapping[str, Callable[[], Iterator[Figure]]] = {
    "accept": accept.figures,
    "note": note.figures,
    "jobs": jobs.figures,
    "diff": diff.figures,
    "decide": decide.figures,
    "replay": replay.figures,
    "audit": audit.figures,
    "queue": queue.figures,
    "sidebar": sidebar.figures,
}
# Sets of labelled text, and what came of them: lines of totals, no figures with a goal.
_JUDGED: Mapping[str, Callable[[], Iterator[str]]] = {
    "drafter": drafter.lines,
    "commitments": commitments.lines,
    "sensitive": sensitive.lines,
    "novelty": novelty.lines,
}
_EXAMPLES = """\
examples:
  make bench
  make bench ARGS="--only jobs --only diff"
  make bench ARGS="--json" > figures.jsonl

It measures and does not judge: the exit code is 0 whatever the figures. Take them on a machine
that does nothing else; the lines say how much of it went elsewhere.
"""


def main() -> None:
    """Measure what is asked for."""
    asked = _parser().parse_args()
    log_to_stderr(level="error")
    only = asked.only or [*_MEASURED, *_JUDGED]
    if not asked.json and not _JUDGED.keys() >= set(only):
        _say(heading())
    for name in dict.fromkeys(only):
        if name in _JUDGED:
            for line in _JUDGED[name]():
                _say(json.dumps({"figure": name, "line": line}) if asked.json else line)
            continue
        for figure in _MEASURED[name]():
            _say(figure.json() if asked.json else figure.line())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a figure, a line each")
    parser.add_argument(
        "--only",
        action="append",
        choices=[*_MEASURED, *_JUDGED],
        help="measure only this; may be given several times",
    )
    return parser


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
