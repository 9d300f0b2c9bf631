"""What agents command by an internal note, for the macros that write such a note. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoteCommand:
    """One command.

    Attributes:
        title: Of its macro.
        words: What stands in the note.
        what: What it does, in a sentence for agents.
    """

    title: str
    words: str
    what: str


COMMANDS: Mapping[str, NoteCommand] = {
    "approve": NoteCommand("Approve", "/approve", "Signs the draft."),
    "approve_done": NoteCommand(
        "Approve, actions done", "/approve done", "Signs it; its actions are done."
    ),
    "reject": NoteCommand("Reject", "/reject ", "Nothing goes out. Write the reason behind it."),
    "respond": NoteCommand("I answer myself", "/respond", "You answer in your own words."),
    "status": NoteCommand("Status of the draft", "/status", "Says whom the draft waits for."),
}
