"""What was said on a ticket, who changed its tags, and a reply made private."""

from collections.abc import Callable
from operator import itemgetter

from connectors.errors import NotFoundError
from connectors.types import Channel, Message, Person, TagEdit
from connectors.zendesk import mapping, messaging
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.reading import Fields, understood

# Zendesk's own limit of comments on a ticket.
MOST_COMMENTS = 5_000
# Who changed tags is asked right after they did; audits may come oldest first all the same.
_TAG_AUDITS = 1_000


def read(client: ZendeskClient, ticket_id: str) -> tuple[Message, ...]:
    """All comments and chat messages, oldest first."""
    messages: list[Message] = []
    page, authors = None, dict[str, Person]()
    in_chat = False
    for comment, its_page in client.comments(ticket_id, MOST_COMMENTS):
        if its_page is not page:
            page, authors = its_page, authors | understood(mapping.people, its_page)
        messages.append(understood(mapping.message, comment, authors))
        in_chat = in_chat or understood(messaging.is_through, comment)
    messages.sort(key=lambda one: (one.created_at, int(one.id)))
    if in_chat or _may_be_chat(client, ticket_id, messages):
        log = client.conversation_log(ticket_id, MOST_COMMENTS)
        chat = understood(lambda: list(messaging.chat_messages(log, authors)))
        messages = messaging.in_order(messages, chat)
    return tuple(messages)


def tag_edits(
    client: ZendeskClient, ticket_id: str, *, me: Callable[[], Person]
) -> tuple[TagEdit, ...]:
    """The latest updates of a ticket's tags, newest first. `me` is whom we write as."""

    def is_ours(audit: Fields) -> bool:
        """By the effect it carries; by author where Zendesk does not keep that."""
        if mapping.carries_effect(audit):
            return True
        by_app = mapping.channel(audit) is Channel.API
        return by_app and audit.number_id("author_id") == me().id

    audits = client.audits(ticket_id, _TAG_AUDITS)
    found = understood(lambda: [(_number(one), mapping.tag_edit(one, is_ours)) for one in audits])
    newest_first = sorted(found, key=itemgetter(0), reverse=True)
    return tuple(edit for _, edit in newest_first if edit is not None)


def _number(audit: Fields) -> int:
    return int(audit.number_id("id"))


def make_private(client: ZendeskClient, ticket_id: str, comment_id: str) -> None:
    """Turn a public comment into a note. Looked at first: what is one stays as it is."""
    for comment, _ in client.comments(ticket_id, MOST_COMMENTS):
        if understood(comment.number_id, "id") == comment_id:
            if understood(comment.flag, "public"):
                client.make_private(ticket_id, comment_id)
            return
    raise NotFoundError("the ticket has no such comment")


def _may_be_chat(client: ZendeskClient, ticket_id: str, comments: list[Message]) -> bool:
    """A conversation's first comment is private; most other tickets have a public one."""
    if any(one.public for one in comments):
        return False
    ticket, _ = client.current(ticket_id)
    return understood(messaging.is_messaging, ticket)
