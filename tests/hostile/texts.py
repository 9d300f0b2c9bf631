"""Text that people send to break what reads it, by what it tries."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

TEXTS: Mapping[str, str] = {
    "script": "<script>alert(1)</script>",
    "end of script": "</script><script>alert(1)</script>",
    "end of textarea": "</textarea></title></style><img src=x onerror=alert(1)>",
    "attribute": "\"'><svg onload=alert(1)> ' onfocus=alert(1) autofocus='",
    "comment": "<!--<script>--!> ]]> <![CDATA[x]]>",
    "link": '<a href="javascript:alert(1)">click</a> javascript:alert(1)',
    "entities": "&lt;b&gt; &amp;amp; &#60;script&#62;",
    "markdown": "# Big\n**bold** ![x](http://evil.example/x.png) [click](http://evil.example) `x`",
    "mention": "@ana @channel @[Ana](user:1) <!channel> <@U123>",
    "template": "{{7*7}} {% for x in y %} ${7*7} #{7*7} <%= 7*7 %> {{ config.SECRET_KEY }}",
    "placeholder": "{customer_name} {order_id} {refund_amount} {order.__class__}",
    "format": "%s %d %(name)s {0} {} \\1 $1 %n",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "right to left": "مرحبا بالعالم שלום",
    "override": "\u202egnp.exe\u202c \u2066isolated and never closed \u2067",
    "zero width": "re\u200bfu\u200cnd \u200d\u2060\ufeff\u00ad",
    "emoji": "📦👩‍👩‍👧‍👦🏳️‍🌈 \U0001f1e9\U0001f1ea ©️",
    "confusables": (
        "\u0440\u0430\u0443pal \u0391\u0440\u0440l\u0435 "
        "\uff52\uff45\uff46\uff55\uff4e\uff44 \u217domplaint"
    ),
    "marks": "Z" + "\u0351\u036b\u0343" * 40 + "algo",
    "control": "bell \x07 escape \x1b[31mred\x1b[0m backspace \x08 \x7f \x85",
    "separators": "one\u2028two\u2029three",
    "surrogate": "lone \ud800 and \udfff",
    "nul": "nul \x00 inside",
    "sql": "'; DROP TABLE bb_draft; --",
    "path": "../../etc/passwd%00.html",
    "private use": "\ue000 \U0010ffff \ufffe",
}
TAGS = [
    *(f"tag_{number}" for number in range(180)),
    *"<script> a&b {{7*7}} =1+1 @ana çé тест 标签 📦 a/b a:b -- %s ' \" \\ ${7}".split(),
    *("\u202etag", "zero\u200bwidth", "x" * 200),
]


class Raw(str):
    """JSON that Python's writer would not write."""

    __slots__ = ()


# What may stand where a vendor or a script promised something else.
SCRAPS: Sequence[Any] = (
    *(None, True, -1, 0, 10**19, 10**4000, 1.5, "", "-1", "1", "x" * 5000, "9" * 5000),
    *([], {}, [None], [[]], {"a": {}}, [{}] * 5, ["x"] * 300, [1, "a", None]),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-22T09:00:00"),
    *(Raw("1e400"), Raw("1E+999999999"), Raw("1e99999999999999999999"), Raw("9" * 5000)),
    *(Raw("NaN"), Raw("-Infinity"), Raw("[" * 800 + "]" * 800), Raw("[" * 100_000)),
    *(Raw('{"a": 1, "a": 2}'), Raw('"\\ud800\\u0000"'), Raw("01"), Raw("'x'"), Raw("")),
    *TEXTS.values(),
)
_HOLE = "the hole for a scrap"


def mutants(good: Any) -> Iterator[tuple[str, bytes]]:
    """`good` as JSON with each of its parts replaced by each scrap, and where that was."""
    for path in _paths(good):
        around = json.dumps(_put(good, path, _HOLE))
        for scrap in SCRAPS:
            filled = scrap if isinstance(scrap, Raw) else json.dumps(scrap)
            yield f"{path}: {filled[:40]}", around.replace(f'"{_HOLE}"', filled).encode()


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    steps = value if isinstance(value, dict) else range(len(value) if type(value) is list else 0)
    for step in steps:
        yield from _paths(value[step], (*path, step))


def _put(value: Any, path: tuple[Any, ...], scrap: Any) -> Any:
    if not path:
        return scrap
    step, *rest = path
    whole = dict(value) if isinstance(value, dict) else list(value)
    whole[step] = _put(value[step], tuple(rest), scrap)
    return whole
