"""YAML that was written to break the reader."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.errors import PolicyFileError
from plugin.policy.load import check, load

from .policy_samples import unhurried

BILLION_LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        (BILLION_LAUGHS, 2, "aliases are not allowed"),
        ("a: &a {b: c}\nd:\n  <<: *a\n", 3, "aliases are not allowed"),
        ("version: 1\npolicies:\n\t- id: x\n", 3, "not YAML: found character that cannot start"),
        ("version: 1\npolicies: [\n", 3, "not YAML"),
        ("version: 1\nversion: 1\n", 2, "twice"),
        ("version: 1\npolicies:\n  - {id: a, id: b, require: block}\n", 3, "twice"),
        ("version: 1\nnote: a\0b\n", 2, "control character"),
        ("version: 1\nnote: \ud800\n", 2, "control character"),
        ("version: 1\nnote: \x1b[2J\n", 2, "control character"),
        ("version: !!int 1\n", 1, "YAML tags"),
        ("version: !!python/object/apply:os.system [ls]\n", 1, "YAML tags"),
        ("policies: !!set {a}\n", 1, "YAML tags"),
        ("? [a, b]\n: c\n", 1, "expected text as a key"),
        ("version: 1\n---\nversion: 1\n", 2, "expected one document"),
        ("", 1, "file is empty"),
        ("# nothing\n", 1, "file is empty"),
        ("- a\n- b\n", 1, "expected a mapping"),
        ("just text", 1, "expected a mapping"),
        ("%YAML 9.9\n---\na: b\n", 1, "not YAML"),
        ("x" * (1024 * 1024 + 1), 1, "at most 1 MiB"),
        ("ä" * (512 * 1024 + 1), 1, "at most 1 MiB"),
        ("version: 1\nx: " + "[" * 100_000, 2, "levels of nesting"),
        ("x: " + "{a: " * 100_000, 1, "levels of nesting"),
        ("x: [" + "1," * 200_000 + "]", 1, "values in a file"),
    ],
)
def test_it_is_refused_quickly_with_a_line(source: str, line: int, words: str) -> None:
    start = time.process_time()
    problems = check(source)
    assert time.process_time() - start < 2
    assert any(p.line == line and words in p.message for p in problems), problems
    with pytest.raises(PolicyFileError):
        load(source)


def test_many_unknown_keys_take_no_time() -> None:
    source = "version: 1\n" + "".join(f"polcies{n}: 1\n" for n in range(20_000))
    start = time.process_time()
    assert len(check(source)) == 20_000
    assert time.process_time() - start < 5


def test_a_long_key_does_not_flood_the_message() -> None:
    problem = check(f"version: 1\n{'k' * 900}: 1\n")[0]
    assert len(problem.field) < 100


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert check("\ufeffversion: 1\n") == []


@unhurried
@given(st.text(alphabet=st.sampled_from(list("ab:-[]{}\"'|>&*!%@#,? \n\t01.\0é")), max_size=60))
def test_no_text_breaks_the_reader(source: str) -> None:
    for problem in check(source):
        assert problem.line >= 1
        assert problem.message


@unhurried
@given(
    st.recursive(
        st.sampled_from(["1", "USD", "review", "auto", "a", "50.00", "none"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    "version policies id when require allow rates tags action amount_over segment"
                    " amount_between approvers _schema".split()
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_no_shape_breaks_the_schema(tree: object) -> None:
    # A Python literal of these is flow YAML.
    for problem in check(f"version: 1\npolicies: {tree!r}"):
        assert problem.field
        assert problem.message
