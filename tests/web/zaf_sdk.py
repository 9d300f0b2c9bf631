"""Zendesk's app library for browsers, as its npm package has it: what tests serve for the CDN's.

https://github.com/zendesk/zendesk_app_framework_sdk. It is fetched and bundled once, beside the
virtual environment's other things, and is no part of what is shipped.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_PACKAGES = ("zendesk_app_framework_sdk@2.0.11", "esbuild@0.25.10")
# Of the bundle: whatever a registry sends, nothing else than this runs in a test.
_SHA256 = "eebbb37f6f8beef479b682ea79346ed3c5ca95c4430e38b32ff2c59d48ee160c"
_KEPT = Path(sys.prefix) / "zaf_sdk" / f"{_SHA256[:16]}.js"
_SECONDS = 120


def zaf_sdk() -> str:
    """The library as a classic script that defines `ZAFClient`.

    Raises:
        RuntimeError: It is not there, and npm cannot fetch it.
    """
    if not _is_right(_KEPT):
        _fetch()
    return _KEPT.read_text("utf-8")


def _is_right(bundle: Path) -> bool:
    return bundle.exists() and hashlib.sha256(bundle.read_bytes()).hexdigest() == _SHA256


def _fetch() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("These tests need npm, to fetch Zendesk's app library: install nodejs.")
    _KEPT.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_KEPT.parent) as folder:
        quiet = ("--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund")
        _run([npm, "install", "--prefix", folder, *quiet, *_PACKAGES])
        modules, bundle = Path(folder) / "node_modules", Path(folder) / "bundle.js"
        entry = Path("node_modules") / "zendesk_app_framework_sdk" / "lib" / "index.js"
        options = ("--bundle", "--format=iife", "--global-name=ZAFClient", "--log-level=warning")
        esbuild = str(modules / ".bin" / "esbuild")
        _run([esbuild, str(entry), *options, "--outfile=bundle.js"], cwd=folder)
        if not _is_right(bundle):
            raise RuntimeError("npm gave another library than the one these tests know.")
        os.replace(bundle, _KEPT)  # noqa: PTH105 (another process may have been first)


def _run(command: list[str], *, cwd: str | None = None) -> None:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()[-500:]}")
