"""What is the same for every service of a test run, and dear to make: it is made once.

Nothing that a service knows or keeps is shared. Of its routes those that build an address are
compiled when the first address is built, and SQL that one database's engine compiled serves the
next engine of the same kind.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

_STATEMENTS = 2_000


class LazyRule(Rule):
    """A route that compiles what builds its address only when one is built; most never do."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(super()._compile_builder)

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            return compiled(append_unknown)(rule, **values)

        return build


@contextmanager
def made_once() -> Iterator[None]:
    """Inside, services are made with what earlier ones have made already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "url_rule_class", LazyRule)
        # A compiled statement's key holds its dialect, by default one for each engine.
        for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
            patch.setattr(dialect, "__eq__", _of_one_kind)
            patch.setattr(dialect, "__hash__", _kind)
        patch.setattr("plugin.store.engine.create_engine", _engine)
        yield


def _engine(*args: Any, **options: Any) -> Engine:
    engine = create_engine(*args, **options)
    engine._compiled_cache = _compiled(engine.dialect.name)
    return engine


@cache
def _compiled(_kind: str) -> LRUCache[Any, Any]:
    return LRUCache(_STATEMENTS)


def _kind(dialect: Dialect) -> int:
    return hash(dialect.name)


def _of_one_kind(dialect: Dialect, other: object) -> bool:
    return isinstance(other, type(dialect))
