"""Words of seven languages as data: a text file a language, a section a kind of word.

A file holds ``[section]`` headers, one phrase a line, and comments after ``#`` at a line's start.
"""

from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")


@cache
def sections(name: str) -> dict[str, tuple[str, ...]]:
    """All sections of the file `name`, such as ``en``."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for raw in files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8").splitlines():
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            current = found.setdefault(line[1:-1], [])
        elif line and not line.startswith("#"):
            current.append(line)
    return {section: tuple(lines) for section, lines in found.items()}


@cache
def everywhere(section: str) -> tuple[str, ...]:
    """The lines of a section in all languages, each once, in the order of `LANGUAGES`."""
    return tuple(
        dict.fromkeys(
            line for language in LANGUAGES for line in sections(language).get(section, ())
        )
    )


@cache
def positions(section: str) -> dict[str, int]:
    """The forms of a section whose lines are in calendar order, each with its number from 1."""
    return {
        form: number
        for language in LANGUAGES
        for number, line in enumerate(sections(language).get(section, ()), start=1)
        for form in line.split()
    }
