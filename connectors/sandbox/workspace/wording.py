"""How the pages write times, sizes, names and views."""

from datetime import datetime, timedelta

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_STEP = 1024


def clock(moment: datetime, now: datetime) -> str:
    """Day and time: ``9 Jun, 08:36 UTC``, with the year unless it is this one."""
    return f"{_day(moment, now)}, {moment:%H:%M} UTC"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago: ``just now``, ``5 min ago``, ``3 h ago``, then the day."""
    past = now - moment
    if past < _MINUTE:
        return "just now"
    if past < _HOUR:
        return f"{past // _MINUTE} min ago"
    if past < _DAY:
        return f"{past // _HOUR} h ago"
    return _day(moment, now)


def initials(name: str) -> str:
    """At most two letters that stand for a person: ``AR`` for Ana Reyes."""
    words = name.split()
    chosen = words[:1] + words[1:][-1:]
    return "".join(word[0] for word in chosen).upper() or "?"


def size(count: int) -> str:
    """A file's size: ``512 bytes``, ``12 KB``, ``3.4 MB``."""
    if count < _STEP:
        return f"{count} bytes"
    if count < _STEP * _STEP:
        return f"{count // _STEP} KB"
    return f"{count / (_STEP * _STEP):.1f} MB"


def _day(moment: datetime, now: datetime) -> str:
    year = "" if moment.year == now.year else f" {moment.year}"
    return f"{moment.day} {moment:%b}{year}"
