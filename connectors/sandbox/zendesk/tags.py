"""Tags: what is accepted, and changes that keep or replace the others."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from connectors.sandbox.zendesk.errors import invalid

_TAG = re.compile(r"[a-z0-9_]+")


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Lower case, sorted, each once.

    That Zendesk lowers the case and refuses other characters is unconfirmed.

    Raises:
        ApiError: 422, a tag is not ``[a-z0-9_]``.
    """
    lowered = {tag.lower() for tag in tags}
    for tag in sorted(lowered):
        if not _TAG.fullmatch(tag):
            raise invalid("tags", f"{tag!r} is not made of a-z, 0-9 and _")
    return tuple(sorted(lowered))


@dataclass(frozen=True, slots=True)
class TagEdit:
    """A change of a ticket's tags: replace all, then add, then remove."""

    replace: tuple[str, ...] | None = None
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    def apply(self, tags: tuple[str, ...]) -> tuple[str, ...]:
        """The tags after it, sorted."""
        kept = tags if self.replace is None else self.replace
        return tuple(sorted((set(kept) | set(self.add)) - set(self.remove)))
