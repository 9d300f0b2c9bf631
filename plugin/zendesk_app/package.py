"""Packs the app: the same bytes each time, so that an unchanged app is not uploaded again.

What a package must hold: https://developer.zendesk.com/documentation/apps/app-developer-guide/
"""

import io
import json
import sysconfig
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

_MANIFEST = "app_manifest.json"
_SOURCE = Path(__file__).parents[2] / _MANIFEST
_INSTALLED = Path(sysconfig.get_path("data")) / "share" / "bookbag" / _MANIFEST
# The earliest moment that a zip can name.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
_UNIX = 3


def manifest() -> Mapping[str, object]:
    """What the app is."""
    source = _SOURCE if _SOURCE.exists() else _INSTALLED
    found: Mapping[str, object] = json.loads(source.read_text(encoding="utf-8"))
    return found


@cache
def package() -> bytes:
    """The app's file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in sorted(_contents()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            # Stored: another zlib would compress to other bytes.
            entry.compress_type = zipfile.ZIP_STORED
            archive.writestr(entry, content)
    return packed.getvalue()


def _contents() -> Iterator[tuple[str, bytes]]:
    yield "manifest.json", (json.dumps(manifest(), indent=2) + "\n").encode()
    for folder in ("assets", "translations"):
        for found in (files("plugin.zendesk_app") / folder).iterdir():
            yield f"{folder}/{found.name}", found.read_bytes()
