"""How likely a macro is the right answer, from what can be seen of the message and the macro.

Confidence, 0 to 1 with four places, is ``facts * alike / (1 + exp(-evidence))`` with
``evidence = BASE + SIMILAR * similarity + APART * margin - OTHER * unexplained**2``:

- ``similarity``: how much the message is like the macro;
- ``alike``: 0 at a similarity of 0.05 and below, 1 at 0.25 and above: what is not alike at all is
  no answer, whatever else holds;
- ``margin``: how far behind the best macro of any other intent is;
- ``unexplained``: the share of the message's topics that no macro of the intent speaks of;
- ``facts``: 1; 0.9 where the customer's name is missing or a second choice of the same intent had
  to do; 0.5 where the facts for every macro of the intent are missing, and so there is no draft.

It never falls when similarity, margin or facts rise, nor when less is unexplained.

The four numbers are rounded by hand. They lie close to a logistic regression on the visible half of
the labelled messages in `tests/drafting/confidence`; ``python -m bench.drafter`` says what they are
worth on both halves.
"""

import math
from decimal import ROUND_HALF_EVEN, Decimal

ALL_FACTS = 1.0
SOME_FACTS = 0.9
NO_FACTS = 0.5
BASE = 1.0
SIMILAR = 1.3
APART = 1.3
OTHER = 6.0
_ALIKE_FROM, _ALIKE_TO = 0.05, 0.25
_PLACES = Decimal("0.0001")


def confidence(
    *, similarity: float, margin: float, unexplained: float, facts: float = ALL_FACTS
) -> Decimal:
    """The figure described at the top of this module."""
    alike = min(1.0, max(0.0, (similarity - _ALIKE_FROM) / (_ALIKE_TO - _ALIKE_FROM)))
    evidence = BASE + SIMILAR * similarity + APART * margin - OTHER * unexplained**2
    value = facts * alike / (1.0 + math.exp(-evidence))
    return Decimal(value).quantize(_PLACES, ROUND_HALF_EVEN)
