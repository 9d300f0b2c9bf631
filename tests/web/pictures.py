"""Pictures for the docs, taken where ``make pictures`` asks for them."""

import os
import struct
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from pathlib import Path

from playwright.sync_api import FloatRect, Page, ViewportSize

_SIZE: ViewportSize = {"width": 1280, "height": 860}
_COLOURS = 256
_PIXELS = """async (png) => {
  const drawn = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
  const context = new OffscreenCanvas(drawn.width, drawn.height).getContext("2d");
  context.drawImage(drawn, 0, 0);
  const pixels = context.getImageData(0, 0, drawn.width, drawn.height).data;
  const parts = [];
  for (let at = 0; at < pixels.length; at += 30000)
    parts.push(btoa(String.fromCharCode(...pixels.subarray(at, at + 30000))));
  return [drawn.width, drawn.height, parts.join("")];
}"""


def take(page: Page, name: str, *, size: ViewportSize = _SIZE, below: str = "") -> None:
    """Take a picture of what is on the screen.

    Args:
        page: Of which.
        name: The file's, without its ending.
        size: Of the window.
        below: What stands last in the picture, as CSS; all of the window without.
    """
    folder = os.environ.get("BOOKBAG_PICTURES")
    if not folder:
        return
    page.set_viewport_size(size)
    page.evaluate("scrollTo(0, 0)")
    # For a sidebar to have its height.
    page.wait_for_timeout(300)
    last = page.locator(below).last.bounding_box() if below else None
    height = min(size["height"], last["y"] + last["height"] + 24) if last else size["height"]
    clip: FloatRect = {"x": 0, "y": 0, "width": size["width"], "height": height}
    png = page.screenshot(clip=clip)
    # A page of its own, since ours run no script but their own.
    blank = page.context.new_page()
    width, height, pixels = blank.evaluate(_PIXELS, b64encode(png).decode())
    blank.close()
    (Path(folder) / f"{name}.png").write_bytes(_with_few_colours(b64decode(pixels), width, height))


def _with_few_colours(pixels: bytes, width: int, height: int) -> bytes:
    """A PNG of RGBA pixels with a palette: a third of the size, and nobody sees it."""
    seen = Counter(pixels[at : at + 3] for at in range(0, len(pixels), 4))
    palette = [colour for colour, _ in seen.most_common(_COLOURS)]
    nearest = {colour: _nearest(palette, colour) for colour in seen}
    flat = bytes(nearest[pixels[at : at + 3]] for at in range(0, len(pixels), 4))
    rows = b"".join(b"\0" + flat[y * width : (y + 1) * width] for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", head),
        (b"PLTE", b"".join(palette)),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _nearest(palette: list[bytes], colour: bytes) -> int:
    def apart(index: int) -> int:
        return sum((a - b) ** 2 for a, b in zip(palette[index], colour, strict=True))

    return min(range(len(palette)), key=apart)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
