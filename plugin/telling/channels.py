"""Setting up how approvers are told, and trying it: the commands' way."""

from connectors.base import Chat, Mailer
from connectors.types import Letter
from plugin.errors import InvalidInputError, MissingError
from plugin.models import Role
from plugin.runtime import Runtime
from plugin.store import audit, merchants, telling
from plugin.store.columns import new_id

_COMMAND = "command"
_TEST_SUBJECT = "Bookbag can reach you"
_TEST_WORDS = "This is a test: here Bookbag tells approvers what waits for them."


def set_group(
    runtime: Runtime, merchant_id: str, account_id: str, role: Role, group_id: str | None
) -> str | None:
    """Give tickets to a group of the helpdesk where people of a role are asked to sign.

    Args:
        runtime: What the service runs on.
        merchant_id: Whose.
        account_id: The helpdesk account.
        role: Agent, lead or admin.
        group_id: The helpdesk's id of it; None gives tickets to none any more.

    Returns:
        The group's name, as the helpdesk has it.

    Raises:
        InvalidInputError: An auditor signs nothing.
        MissingError: There is no such account.
        ConnectorError: The helpdesk has no such group, or is out of reach.
    """
    if not role.may_sign_for(Role.AGENT):
        raise InvalidInputError("role", "expected agent, lead or admin")
    with runtime.database.read() as session:
        scope = merchants.require_merchant(session, merchant_id)
        account = merchants.account(session, scope, account_id)
    name = None if group_id is None else runtime.helpdesk(account).group(group_id)
    now = runtime.now()
    with runtime.database.write() as session:
        telling.set_group(session, scope, account_id, role, group_id)
        detail = {"account": account_id, "role": role, "group": group_id}
        audit.add(session, scope, at=now, actor=_COMMAND, event="group_set", detail=detail)
    return name


def set_chat(runtime: Runtime, merchant_id: str, url: str | None) -> None:
    """Post to a Slack-compatible incoming webhook from now on; None posts nowhere.

    Raises:
        InvalidInputError: The address must begin with https://.
    """
    schemes = ("https://", "http://") if runtime.settings.allow_private_addresses else ("https://",)
    if url is not None and not url.startswith(schemes):
        raise InvalidInputError("url-file", "expected an address such as https://hooks.slack.com/…")
    now = runtime.now()
    with runtime.database.write() as session:
        scope = merchants.require_merchant(session, merchant_id, lock=True)
        telling.set_chat_hook(session, scope, url, at=now)
        event = "chat_set" if url else "chat_removed"
        audit.add(session, scope, at=now, actor=_COMMAND, event=event)


def try_chat(runtime: Runtime, merchant_id: str) -> None:
    """Post a test message.

    Raises:
        MissingError: No chat is set up.
        ConnectorError: It was not posted.
    """
    with runtime.database.read() as session:
        scope = merchants.require_merchant(session, merchant_id)
    chat: Chat | None = runtime.chat(scope)
    if chat is None:
        raise MissingError("This merchant has no chat: `bookbag telling set-chat` sets one up.")
    chat.post(_TEST_WORDS, link=(f"{runtime.settings.public_url}/queue", "Open the queue"))


def try_mail(runtime: Runtime, to: str) -> None:
    """Send a test mail.

    Raises:
        MissingError: No mail server is configured.
        ConnectorError: It was not sent.
    """
    mail: Mailer | None = runtime.mail
    if mail is None:
        raise MissingError("No mail server is configured: set BOOKBAG_SMTP_URL.")
    mail.send(Letter(new_id(), to, _TEST_SUBJECT, f"{_TEST_WORDS}\n", runtime.now()))
