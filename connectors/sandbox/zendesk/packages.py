"""Reads an app's package as Zendesk does, and refuses what Zendesk refuses.

https://github.com/zendesk/zendesk_apps_support, lib/zendesk_apps_support/validations/. The most
telling of its rules; all of them are held against our own package by a test.
"""

import io
import json
import struct
import zipfile
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from connectors.sandbox.zendesk.errors import ApiError

_REQUIRED_KEYS = ("author", "defaultLocale", "frameworkVersion", "location")
_LOGOS = {"assets/logo.png": 320, "assets/logo-small.png": 128}
_LARGEST = 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Package:
    """What was uploaded."""

    name: str
    version: str
    single: bool
    sidebar: str
    required: tuple[str, ...]


def read_package(data: bytes) -> Package:
    """A package.

    Raises:
        ApiError: 422, with all that is wrong.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            files = {name: file.read(name) for name in file.namelist()}
        manifest: Any = json.loads(files["manifest.json"])
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise refused("Could not find manifest.json") from None
    faults = _faults(files, manifest)
    if faults:
        raise refused(*faults)
    sidebar = manifest["location"]["support"]["ticket_sidebar"]["url"]
    required = (one["name"] for one in manifest.get("parameters", ()) if one.get("required"))
    return Package(
        str(manifest.get("name", "")),
        str(manifest.get("version", "")),
        manifest.get("singleInstall") is True,
        sidebar,
        tuple(required),
    )


def _faults(files: dict[str, bytes], manifest: Any) -> list[str]:
    found = [
        f"Missing required field in manifest: {key}"
        for key in _REQUIRED_KEYS
        if key not in manifest
    ]
    if manifest.get("frameworkVersion") != "2.0":
        found.append("frameworkVersion must be 2.0")
    locale = manifest.get("defaultLocale")
    if f"translations/{locale}.json" not in files:
        found.append(f"Missing translation file for locale {locale}")
    found += [
        f"{name} must be a PNG of {side}x{side}"
        for name, side in _LOGOS.items()
        if _size(files.get(name, b"")) != (side, side)
    ]
    if sum(map(len, files.values())) > _LARGEST:
        found.append("The package is too large")
    return found


def _size(image: bytes) -> tuple[int, int] | None:
    if not image.startswith(_PNG) or image[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", image[16:24])
    return width, height


def refused(*faults: str) -> ApiError:
    """422 in the shape of the apps API. Unconfirmed."""
    described = "; ".join(faults)
    return ApiError(
        HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "Invalid package", "description": described}
    )
