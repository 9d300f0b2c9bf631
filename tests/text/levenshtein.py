"""The edit distance as its definition has it, to hold faster ones against."""

from collections.abc import Sequence


def fewest_edits(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Words to insert, delete or replace, each at a cost of 1."""
    row = list(range(len(theirs) + 1))
    for i, word in enumerate(ours, start=1):
        above, row = row, [i]
        for j, other in enumerate(theirs, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (word != other)))
    return row[-1]
