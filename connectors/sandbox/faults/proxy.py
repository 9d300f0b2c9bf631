"""What a proxy answers when the system behind it does not: HTML, whoever asks."""

from http import HTTPStatus

from flask import Response

_PAGE = """<html>
<head><title>502 Bad Gateway</title></head>
<body>
<center><h1>502 Bad Gateway</h1></center>
<hr><center>nginx</center>
</body>
</html>
"""


def bad_gateway() -> Response:
    """502 with a page, in no stand-in's own shape."""
    return Response(_PAGE, status=HTTPStatus.BAD_GATEWAY, mimetype="text/html")
