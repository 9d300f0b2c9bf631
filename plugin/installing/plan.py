"""What is to be done in a helpdesk, from what is wanted, what is there and what we did. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from connectors.administration import Kind, Shape, Thing, Wanted


class Do(StrEnum):
    """What a step does."""

    CREATE = "create"
    ADOPT = "adopt"
    UPDATE = "update"
    SWITCH = "switch"
    READ = "read"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be done.

    Attributes:
        wanted: None where something is only read.
        thing: What is there already.
        note: What an admin should know about it.
    """

    do: Do
    kind: Kind
    name: str
    note: str
    wanted: Wanted | None = None
    thing: Thing | None = None


class Noted(Protocol):
    """What was written down of an earlier run."""

    @property
    def vendor_id(self) -> str:
        """Empty where it was about to be made."""

    @property
    def asked(self) -> Shape:
        """What was wanted."""

    @property
    def wrote(self) -> Shape:
        """What it was afterwards."""


class Judge(Protocol):
    """Who knows the helpdesk's words."""

    def is_it(self, wanted: Wanted, thing: Thing) -> bool:
        """Whether a thing is the wanted one."""

    def fits(self, wanted: Wanted, thing: Thing) -> bool:
        """Whether it has all that is wanted of it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What we know of the account: whether its signing secret and its app's key are stored."""

    secret: bool
    trust: bool


def plan(
    judge: Judge,
    wanted: Sequence[Wanted],
    things: Sequence[Thing],
    noted: Mapping[str, Noted],
    known: Known,
) -> tuple[Step, ...]:
    """Every step, those that leave a thing as it is among them."""
    steps: list[Step] = []
    app_id = ""
    for one in wanted:
        resolved = of_app(one, app_id)
        step = _step(judge, resolved, things, noted)
        if one.kind is Kind.APP and step.thing is not None:
            app_id = step.thing.id
        steps.append(step)
        steps += _switch(one, step)
    return (*steps, *_readings(steps, known))


def of_app(wanted: Wanted, app_id: str) -> Wanted:
    """An installation, now that its app is known."""
    if wanted.kind is not Kind.INSTALLATION or not app_id:
        return wanted
    return replace(wanted, shape={**wanted.shape, "app_id": app_id})


def find(
    judge: Judge, wanted: Wanted, things: Sequence[Thing], noted: Mapping[str, Noted]
) -> Thing | None:
    """The thing that is the wanted one: by its id where we know it, else one of ours first."""
    row = noted.get(wanted.key)
    same_kind = [thing for thing in things if thing.kind is wanted.kind]
    if row is not None and row.vendor_id:
        by_id = next((thing for thing in same_kind if thing.id == row.vendor_id), None)
        if by_id is not None:
            return by_id
    found = [thing for thing in same_kind if judge.is_it(wanted, thing)]
    return next(iter(sorted(found, key=lambda thing: (not thing.marked, not thing.active))), None)


def _step(
    judge: Judge, wanted: Wanted, things: Sequence[Thing], noted: Mapping[str, Noted]
) -> Step:
    thing = find(judge, wanted, things, noted)
    if thing is not None:
        do, note = _with_what_is_there(judge, wanted, thing, noted.get(wanted.key))
        return Step(do, wanted.kind, wanted.name, note, wanted, thing)
    note, same = wanted.why, (wanted.kind, wanted.name)
    if any((other.kind, other.name) == same for other in things):
        note += "; one of this name is yours, and stays beside it"
    return Step(Do.CREATE, wanted.kind, wanted.name, note, wanted)


def _with_what_is_there(
    judge: Judge, wanted: Wanted, thing: Thing, row: Noted | None
) -> tuple[Do, str]:
    known = row is not None and row.vendor_id == thing.id
    if row is not None and known:
        if row.asked == wanted.shape and row.wrote == thing.shape:
            return Do.LEAVE, "in place"
        # A merchant may arrange a view to taste, and keeps it so.
        if not wanted.vital and row.wrote != thing.shape and not judge.fits(wanted, thing):
            return Do.LEAVE, "changed by hand since, and left as it is"
    if judge.fits(wanted, thing):
        return (Do.LEAVE, "in place") if known else (Do.ADOPT, f"it is there ({thing.name})")
    if known or thing.marked:
        return Do.UPDATE, wanted.why
    return Do.UPDATE, f"it is there ({thing.name}) and gets what is missing"


def _switch(wanted: Wanted, step: Step) -> Iterator[Step]:
    original = wanted.replaces
    if original is None:
        return
    if original.active or step.thing is None or not step.thing.active:
        note = f"off, and its stand-in on, in one go: {wanted.why}"
        yield Step(Do.SWITCH, wanted.kind, original.name, note, wanted, original)


def _readings(steps: Sequence[Step], known: Known) -> Iterator[Step]:
    """What is learned from the helpdesk once all is there."""
    made = {step.kind for step in steps if step.do in {Do.CREATE, Do.ADOPT}}
    kinds = {step.kind for step in steps}
    if Kind.WEBHOOK in kinds and (Kind.WEBHOOK in made or not known.secret):
        note = "so that we know what comes from it"
        yield Step(Do.READ, Kind.WEBHOOK, "signing secret", note)
    if Kind.INSTALLATION in kinds and (Kind.INSTALLATION in made or not known.trust):
        note = "so that we know who opens the sidebar"
        yield Step(Do.READ, Kind.APP, "public key", note)


def is_done(steps: Sequence[Step]) -> bool:
    """Whether nothing is left to do."""
    return all(step.do is Do.LEAVE for step in steps)
