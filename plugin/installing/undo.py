"""What is to be taken back of what install made or changed, and what is left. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from connectors.administration import Kind, Shape, Thing, Wanted
from plugin.installing.plan import Judge, find
from plugin.store.installed import OFF
from plugin.store.installed_tables import Installed

_GATE = "gate:"
# Of no use without us, whatever a merchant changed of it.
_ALWAYS = frozenset({Kind.WEBHOOK, Kind.APP, Kind.INSTALLATION})


class Back(StrEnum):
    """How something is taken back."""

    DELETE = "delete"
    RESTORE = "restore"
    SWITCH = "switch back"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Undo:
    """One thing to be taken back.

    Attributes:
        thing: What is there; None where it is gone.
        stand_in: Of what is switched on again: what is switched off in the same go.
    """

    back: Back
    row: Installed
    kind: Kind
    name: str
    note: str
    thing: Thing | None = None
    stand_in: Thing | None = None


def undo(
    judge: Judge,
    wanted: Sequence[Wanted],
    things: Sequence[Thing],
    noted: Mapping[str, Installed],
    *,
    only_gate: bool = False,
) -> tuple[Undo, ...]:
    """Every step, the last made first: so a trigger is on again before its stand-in goes."""
    by_key = {one.key: one for one in wanted}
    present = {
        key: _there(judge, by_key.get(key), row, things, noted) for key, row in noted.items()
    }
    return tuple(
        _step(row, thing, present)
        for key, row in reversed(list(noted.items()))
        if (not only_gate or key.startswith((_GATE, OFF)))
        for thing in (present[key],)
    )


def _there(
    judge: Judge,
    wanted: Wanted | None,
    row: Installed,
    things: Sequence[Thing],
    noted: Mapping[str, Installed],
) -> Thing | None:
    if row.vendor_id:
        of_kind = (thing for thing in things if thing.kind.value == row.kind)
        return next((thing for thing in of_kind if thing.id == row.vendor_id), None)
    return find(judge, wanted, things, noted) if wanted else None


def _step(row: Installed, thing: Thing | None, present: Mapping[str, Thing | None]) -> Undo:
    kind = Kind(row.kind)
    if row.key.startswith(OFF):
        return _switched(row, thing, present.get(f"{_GATE}{row.key.removeprefix(OFF)}"))
    back, note = _how(row, kind, thing, present)
    return Undo(back, row, kind, row.name, note, thing)


def _switched(row: Installed, original: Thing | None, stand_in: Thing | None) -> Undo:
    if original is None:
        note = "it is gone; its stand-in stays and mails your customers"
        return Undo(Back.LEAVE, row, Kind.RULE, row.name, note)
    if original.active and (stand_in is None or not stand_in.active):
        return Undo(Back.LEAVE, row, Kind.RULE, row.name, "somebody switched it on again", original)
    note = "on again, and its stand-in off, in one go"
    return Undo(Back.SWITCH, row, Kind.RULE, row.name, note, original, stand_in)


def _how(
    row: Installed, kind: Kind, thing: Thing | None, present: Mapping[str, Thing | None]
) -> tuple[Back, str]:
    if thing is None:
        return Back.LEAVE, "gone already"
    changed = bool(row.wrote) and _compared(row, row.wrote) != _compared(row, thing.shape)
    if not row.made:
        return _theirs(row, changed=changed)
    if row.key.startswith(_GATE):
        return _stand_in(row, present, changed=changed)
    if changed and kind not in _ALWAYS:
        return Back.LEAVE, "somebody changed it since: it stays, and is yours from now on"
    return Back.DELETE, "somebody changed it since" if changed else ""


def _compared(row: Installed, shape: Shape) -> Shape:
    """Whether a stand-in is on hangs on what it stands in for, and is no change of anybody's."""
    left = {"active"} if row.key.startswith(_GATE) else set()
    return {key: value for key, value in shape.items() if key not in left}


def _theirs(row: Installed, *, changed: bool) -> tuple[Back, str]:
    if row.before is None:
        return Back.LEAVE, "it was yours, and was not changed"
    if changed:
        return Back.LEAVE, "it was yours, and somebody changed it since: look at it yourself"
    return Back.RESTORE, "as it was before"


def _stand_in(
    row: Installed, present: Mapping[str, Thing | None], *, changed: bool
) -> tuple[Back, str]:
    off = f"{OFF}{row.key.removeprefix(_GATE)}"
    if off in present and present[off] is None:
        return (
            Back.LEAVE,
            "the trigger it stands in for is gone: it stays, and mails your customers",
        )
    if changed:
        return Back.LEAVE, "somebody changed it since: it stays, switched off"
    return Back.DELETE, ""
