"""The built package against the rules of Zendesk's own validator.

Source: https://github.com/zendesk/zendesk_apps_support, lib/zendesk_apps_support/validations/.
"""

import io
import json
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from plugin.zendesk_app.package import package
from tests.cli.support import run
from tests.connectors.zendesk.test_zendesk_manifest import faults as manifest_faults
from tests.connectors.zendesk.test_zendesk_manifest import manifest

LOCALES = ("en", "de", "fr", "es", "it", "pt", "nl")
APP_KEYS = {"name", "title", "short_description", "long_description", "installation_instructions"}
FORBIDDEN = (".zip", ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".rar", ".gz")
LOGOS = {"assets/logo.png": 320, "assets/logo-small.png": 128}
ALLOWED_SVG = {"svg", "path", "rect"}
Files = Mapping[str, bytes]


def unpacked(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def faults(files: Files) -> list[str]:
    """All that the validator would find."""
    if "manifest.json" not in files:
        return ["no manifest"]
    app = json.loads(files["manifest.json"])
    found = manifest_faults(app)
    found += [f"type of {name}" for name in files if name.lower().endswith(FORBIDDEN)]
    found += [f"place of {name}" for name in files if not placed(name)]
    found += [
        f"size of {name}" for name, side in LOGOS.items() if size(files.get(name, b"")) != side
    ]
    for name, content in files.items():
        if name.endswith(".svg"):
            found += [f"{fault} in {name}" for fault in drawing_faults(content)]
    return found + list(translation_faults(files, app))


def placed(name: str) -> bool:
    known = re.fullmatch(r"(manifest\.json|(assets|translations)/[A-Za-z0-9_.-]+)", name)
    return known is not None and ".." not in name


def size(image: bytes) -> int | None:
    """The side of a square PNG."""
    if not image.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    width, height = struct.unpack(">II", image[16:24])
    return int(width) if width == height else None


def drawing_faults(content: bytes) -> Iterator[str]:
    """It rewrites a drawing with anything but shapes."""
    text = content.decode()
    yield from (f"<{tag}>" for tag in re.findall(r"<([a-z]+)", text) if tag not in ALLOWED_SVG)
    yield from re.findall(r"\s(on[a-z]+|href|style)=", text)


def translation_faults(files: Files, app: Mapping[str, Any]) -> Iterator[str]:
    if f"translations/{app['defaultLocale']}.json" not in files:
        yield "no translation of the default locale"
    for name, content in files.items():
        if not name.startswith("translations/"):
            continue
        if not re.fullmatch(r"translations/[a-z]{2}(-\w{2,3})?\.json", name):
            yield f"locale of {name}"
        words = json.loads(content)["app"]
        yield from (f"{key} in {name}" for key in APP_KEYS if not words.get(key))
        for parameter in app["parameters"]:
            label = words.get("parameters", {}).get(parameter["name"], {}).get("label")
            if not label:
                yield f"label of {parameter['name']} in {name}"


def test_the_package_is_valid() -> None:
    assert faults(unpacked(package())) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", json.dumps(manifest() | {"colour": "red"}).encode()),
        ("assets/logo.png", unpacked(package())["assets/logo-small.png"]),
        ("assets/logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
        ("assets/manual.pdf", b"%PDF"),
        ("lib/app.js", b""),
        ("translations/english.json", unpacked(package())["translations/en.json"]),
    ],
)
def test_the_rules_find_faults(name: str, content: bytes) -> None:
    assert len(faults({**unpacked(package()), name: content})) == 1


@pytest.mark.parametrize("missing", ["translations/en.json", "assets/logo-small.png"])
def test_the_rules_miss_what_is_missing(missing: str) -> None:
    files = {name: content for name, content in unpacked(package()).items() if name != missing}
    assert len(faults(files)) == 1


def test_it_speaks_every_language_of_ours_in_full() -> None:
    files = unpacked(package())
    spoken = {name for name in files if name.startswith("translations/")}
    assert spoken == {f"translations/{locale}.json" for locale in LOCALES}
    english, *others = (json.loads(files[f"translations/{one}.json"])["app"] for one in LOCALES)
    for other in others:
        assert shape(other) == shape(english)
        same = {key for key in APP_KEYS if other[key] == english[key]}
        assert same == {"name", "title"}


def shape(words: Any) -> Any:
    return {key: shape(value) for key, value in words.items()} if isinstance(words, dict) else None


def test_the_same_bytes_come_each_time(tmp_path: Path) -> None:
    package.cache_clear()
    out = tmp_path / "app.zip"
    ran = run("package", "zendesk", "--out", str(out))
    assert (ran.code, ran.out.startswith(f"{out}: Bookbag 0.1.0, ")) == (0, True)
    first = out.read_bytes()
    package.cache_clear()
    assert package() == first
    nowhere = run("package", "zendesk", "--out", str(tmp_path / "no" / "app.zip"))
    assert (nowhere.code, "out: cannot be written" in nowhere.line) == (2, True)
