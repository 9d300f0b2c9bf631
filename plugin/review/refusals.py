"""Why a note's command was not counted, and how to write it so that it is."""

from collections.abc import Sequence

from plugin.errors import BookbagError, InvalidInputError
from plugin.store.schema import DraftRow
from plugin.text.commands import NoteCommand


def not_counted(command: NoteCommand) -> str:
    """How each of these sentences begins."""
    return f"Your /{command.verb} was not counted:"


def no_such(command: NoteCommand, on_ticket: Sequence[DraftRow]) -> str:
    """That no open draft has this ID; what became of the one that had; and which are open."""
    said = [f"{not_counted(command)} there is no open draft {command.short_id} on this ticket."]
    said += [
        f"That one is {draft.state.words}."
        for draft in on_ticket
        if draft.short_id == command.short_id
    ][:1]
    ids = [f"{one.short_id} ({one.state.words})" for one in on_ticket if one.state.is_open]
    said.append(f"Open here: {', '.join(ids)}." if ids else "None is open here.")
    return " ".join(said)


def none_open(command: NoteCommand, on_ticket: Sequence[DraftRow]) -> str:
    """That no draft is open, and what became of the newest."""
    newest = next(iter(on_ticket), None)
    became = f" The newest, {newest.short_id}, is {newest.state.words}." if newest else ""
    return f"{not_counted(command)} there is no open draft on this ticket.{became}"


def sentence(refused: BookbagError, command: NoteCommand) -> str:
    """Why it was not counted, and how it would be."""
    if not isinstance(refused, InvalidInputError):
        return str(refused)
    named = f"/{command.verb} {command.short_id}" if command.short_id else f"/{command.verb}"
    match refused.field:
        case "done":
            below = ", with the text below it" if command.verb == "edit" else ""
            how = f"{refused.message} Then write: {named} done{below}"
        case "reason":
            how = f"say why, in the same line. Write for example: {named} the parcel was found"
        case "text":
            how = f"{refused.message} Write {named}, and the new reply in the lines below it."
        case _:
            return refused.message
    return f"{not_counted(command)} {how[0].lower()}{how[1:]}"
