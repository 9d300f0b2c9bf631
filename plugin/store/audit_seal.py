"""The seal of a chain's head: what it says, encrypted and signed with the keys of the service.

The keys are not in the database. Whoever can change the database alone can rewrite a head, but
the seal no longer fits, and `audit.add` does not cover that up: it goes on, since customers wait
for replies, and from then on every seal says since which number the chain is in doubt.
"""

from dataclasses import dataclass

from plugin.errors import ConfigError
from plugin.store.columns import Secret

_NEVER = "-"
_SECRET = Secret()


@dataclass(frozen=True, slots=True)
class Seal:
    """What a seal says.

    Attributes:
        doubted: The first number that was added to a head which did not fit; None for none.
    """

    merchant_id: str
    number: int
    digest: str
    doubted: int | None = None

    def words(self) -> str:
        """As it is encrypted."""
        return f"{self.merchant_id} {self.number} {self.digest} {self.doubted or _NEVER}"


def opened(token: bytes | None) -> Seal | None:
    """What a stored seal says; None where no key of ours made it."""
    try:
        words = _SECRET.process_result_value(token, None)  # type: ignore[arg-type] # any dialect
    except ConfigError:
        return None
    parts = (words or "").split(" ")
    if len(parts) != len(Seal.__dataclass_fields__):
        return None
    merchant_id, number, digest, doubted = parts
    return Seal(merchant_id, int(number), digest, None if doubted == _NEVER else int(doubted))
