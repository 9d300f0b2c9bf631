"""Short ids: five characters of Crockford base32, made to be read aloud and typed by hand.

https://www.crockford.com/base32.html
"""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 5
BITS = 25
_BITS_EACH = 5
_MISTAKEN = str.maketrans("ILO", "110")


def encode(number: int) -> str:
    """The short id of a number of 25 bits; pass a random one.

    Raises:
        ValueError: The number is negative or too large.
    """
    if not 0 <= number < 1 << BITS:
        raise ValueError(f"{number} is not a number of {BITS} bits")
    shifts = range(BITS - _BITS_EACH, -1, -_BITS_EACH)
    return "".join(ALPHABET[(number >> shift) & (len(ALPHABET) - 1)] for shift in shifts)


def normalise(written: str) -> str | None:
    """The short id that a person wrote: any case, I and L for 1, O for 0; None if it is none."""
    if len(written) != LENGTH or not written.isascii():
        return None
    short_id = written.upper().translate(_MISTAKEN)
    return short_id if all(character in ALPHABET for character in short_id) else None
