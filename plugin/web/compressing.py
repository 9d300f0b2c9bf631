"""Style sheets and scripts travel compressed.

Pages do not: there, how well words of somebody else's compress could tell what secret stands beside
them (https://breachattack.com).
"""

import gzip
from functools import lru_cache
from http import HTTPStatus

from flask import Response, request

_KEPT = 128


def compress(response: Response) -> Response:
    """Compress a file of ours for whoever takes that."""
    if request.endpoint != "static":
        return response
    response.vary.add("Accept-Encoding")
    whole = request.method == "GET" and response.status_code == HTTPStatus.OK
    if not whole or not request.accept_encodings.quality("gzip"):
        return response
    response.direct_passthrough = False
    data = response.get_data()
    response.close()  # The file it was read from.
    response.set_data(_compressed(data))
    response.headers["Content-Encoding"] = "gzip"
    # The same file otherwise written: a browser that has it may ask with this and is told 304.
    tag, _ = response.get_etag()
    if tag is not None:
        response.set_etag(tag, weak=True)
    return response


@lru_cache(maxsize=_KEPT)
def _compressed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)
