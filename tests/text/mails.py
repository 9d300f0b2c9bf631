"""The labelled mails of ``data/replies.yaml``."""

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import yaml

_FILE = Path(__file__).parent / "data" / "replies.yaml"


class Mail(NamedTuple):
    """A mail, its writer's own words, and how each removed piece begins, with its kind."""

    name: str
    text: str | None
    html: str | None
    reply: str
    removed: list[tuple[str, str]]

    @property
    def is_unseen(self) -> bool:
        """Whether the rules were written without a look at what they make of it."""
        body = self.html if self.text is None else self.text
        return int(sha256((body or "").encode()).hexdigest(), 16) % 2 == 1


def mails() -> list[Mail]:
    rows = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return [
        Mail(
            name=row["name"],
            text=row.get("text"),
            html=row.get("html"),
            reply=row["reply"],
            removed=[piece for removed in row["removed"] for piece in removed.items()],
        )
        for row in rows
    ]
