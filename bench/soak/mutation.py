"""Spoils a good text by the draw of a seed, and finds the least of it that still does harm."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from tests.hostile.texts import SCRAPS, TEXTS, Raw

LONGEST = 20_000
_CHANGES = 4
_NUMBERS = tuple("0 -1 1e999 9999999999999999999 0.1 1.000,00 ٣ ½ 1,2,3 NaN 00 2026-02-30".split())
_MARKS = tuple("{}[]()<>\"'`:;,.!?/\\|@#$%&*-_=+~^ \t\n\r\x00\x0b\x1f\x85\xa0\u200b\u2028\ufeff€£")
_BITS = (*TEXTS.values(), *_NUMBERS, *_MARKS)

_Change = Callable[[str, random.Random, Sequence[str]], str]


def mutated(corpus: Sequence[str], draw: random.Random) -> str:
    """One of the corpus with up to four changes, no longer than `LONGEST`."""
    text = draw.choice(corpus)
    for _ in range(draw.randint(1, _CHANGES)):
        text = draw.choice(_ALL)(text, draw, corpus)[:LONGEST]
    return text


def misshapen(good: str, draw: random.Random) -> str:
    """JSON of the right form, with up to three of its parts replaced by what was not promised."""
    tree, holes = json.loads(good), {}
    for number in range(draw.randint(1, 3)):
        scrap = draw.choice(SCRAPS)
        hole = f"hole {number} for a scrap"
        tree = _with_hole(tree, hole, draw)
        holes[f'"{hole}"'] = scrap if isinstance(scrap, Raw) else json.dumps(scrap)
    text = json.dumps(tree)
    for hole, filling in holes.items():
        text = text.replace(hole, filling)
    return text[:LONGEST]


def _with_hole(tree: Any, hole: str, draw: random.Random) -> Any:
    if not isinstance(tree, dict | list) or not tree or draw.random() < 0.1:
        return hole
    step = draw.choice(list(tree) if isinstance(tree, dict) else range(len(tree)))
    tree[step] = _with_hole(tree[step], hole, draw)
    return tree


def shrunk(text: str, fails: Callable[[str], bool], *, tries: int = 2_000) -> str:
    """A short text that still fails: pieces are cut out, halves first, single characters last."""
    size = max(1, len(text) // 2)
    while True:
        at = 0
        while at < len(text) and tries > 0:
            tries -= 1
            shorter = text[:at] + text[at + size :]
            if fails(shorter):
                text = shorter
            else:
                at += size
        if size == 1 or tries <= 0:
            return text
        size //= 2


def _span(text: str, draw: random.Random) -> tuple[int, int]:
    start = draw.randint(0, len(text))
    return start, min(len(text), start + draw.choice((1, 2, 5, 20, 200)))


def _cut(text: str, draw: random.Random, _corpus: Sequence[str]) -> str:
    start, end = _span(text, draw)
    return text[:start] + text[end:]


def _put(text: str, draw: random.Random, _corpus: Sequence[str]) -> str:
    start, _ = _span(text, draw)
    return text[:start] + draw.choice(_BITS) + text[start:]


def _replace(text: str, draw: random.Random, _corpus: Sequence[str]) -> str:
    start, end = _span(text, draw)
    return text[:start] + draw.choice(_BITS) + text[end:]


def _any_character(text: str, draw: random.Random, _corpus: Sequence[str]) -> str:
    start, _ = _span(text, draw)
    most = draw.choice((0x7F, 0x2FF, 0xFFFF, 0x10FFFF))
    return text[:start] + chr(draw.randint(0, most)) + text[start + 1 :]


def _repeat(text: str, draw: random.Random, _corpus: Sequence[str]) -> str:
    start, end = _span(text, draw)
    times = draw.choice((2, 3, 50, 3_000))
    return text[:start] + text[start:end] * times + text[end:]


def _splice(text: str, draw: random.Random, corpus: Sequence[str]) -> str:
    other = draw.choice(corpus)
    return text[: draw.randint(0, len(text))] + other[draw.randint(0, len(other)) :]


_ALL: tuple[_Change, ...] = (_cut, _put, _replace, _any_character, _repeat, _splice)
