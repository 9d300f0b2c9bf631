"""Plain-text mail by SMTP, one connection a letter.

Source: RFC 5321 (https://www.rfc-editor.org/rfc/rfc5321), section 4.2.1 for what a code means: 4xx
may be tried again, 5xx may not. There is no way to ask a server whether it took a letter: after a
lost answer it may be sent again, with the same Message-ID, by which mailboxes may fold the two.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Literal

from connectors.errors import (
    AmbiguousError,
    AuthError,
    ConnectorError,
    RejectedError,
    UnavailableError,
)
from connectors.types import Letter

Security = Literal["starttls", "tls", "none"]
# For each step of the dialogue. A server may think for a while before it greets.
_STEP_SECONDS = 10.0
_PERMANENT = 500
_AUTH_CODES = frozenset({530, 534, 535, 538})


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where our mail goes out.

    Attributes:
        security: ``starttls`` must succeed, ``tls`` is spoken from the first byte, ``none`` is for
            a server on the same machine.
        user: None where it asks for no password.
        sender: ``Name <address>`` or an address.
    """

    host: str
    port: int
    security: Security
    sender: str
    user: str | None = None
    password: str = field(default="", repr=False)


class SmtpMailer:
    """Sends letters through one server. Keeps nothing between two, so any thread may use it.

    Args:
        server: Which.
        trust: What proves the server's name; the system's authorities by default.
    """

    def __init__(self, server: SmtpServer, *, trust: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._trust = trust
        self._domain = parseaddr(server.sender)[1].rpartition("@")[2]

    def send(self, letter: Letter) -> None:
        """Hand a letter to the server.

        Raises:
            ConnectorError: `UnavailableError` where it surely was not taken, `AmbiguousError` where
                it may have been, else permanent.
        """
        message = self._message(letter)
        step = _Step()
        with _only_our_errors(step), self._connected() as smtp:
            if self._server.user is not None:
                smtp.login(self._server.user, self._server.password)
            step.may_be_taken = True
            smtp.send_message(message)
            step.is_taken = True

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        try:
            message["From"], message["To"] = self._server.sender, letter.to
            message["Subject"] = " ".join(letter.subject.split())
        except ValueError:
            raise RejectedError("the letter's address is none") from None
        message["Date"] = format_datetime(letter.at)
        message["Message-ID"] = f"<{letter.id}@{self._domain}>"
        # Nobody's out-of-office answer is wanted (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = self._server
        trust = self._trust or ssl.create_default_context()
        # Else the machine's own name is looked up, which has no time limit.
        smtp = (
            smtplib.SMTP_SSL(
                server.host, server.port, self._domain, timeout=_STEP_SECONDS, context=trust
            )
            if server.security == "tls"
            else smtplib.SMTP(server.host, server.port, self._domain, timeout=_STEP_SECONDS)
        )
        with smtp:
            if server.security == "starttls":
                smtp.starttls(context=trust)
            yield smtp


@dataclass(slots=True)
class _Step:
    """How far a letter has come."""

    may_be_taken: bool = False
    is_taken: bool = False


@contextmanager
def _only_our_errors(step: _Step) -> Iterator[None]:
    """Turn what smtplib raises into our own error. Its text may hold addresses: it is not used."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the promise is that nothing else gets out
        # A server that hangs up after it took the letter has taken it.
        if not step.is_taken:
            raise _translated(error, may_be_taken=step.may_be_taken) from None


def _translated(error: Exception, *, may_be_taken: bool) -> ConnectorError:
    code = _code(error)
    if code is not None:
        words = f"the mail server answered {code}"
        if isinstance(error, smtplib.SMTPAuthenticationError) or code in _AUTH_CODES:
            return AuthError(words)
        return RejectedError(words) if code >= _PERMANENT else UnavailableError(words)
    name = type(error).__name__
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return RejectedError("the mail server offers no TLS, or cannot take this address")
    # A certificate that proves nothing is both an OSError and a ValueError.
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return RejectedError(f"the letter cannot be sent ({name})")
    lost = isinstance(error, (smtplib.SMTPServerDisconnected, OSError))
    if may_be_taken and lost and not isinstance(error, (socket.gaierror, ConnectionRefusedError)):
        return AmbiguousError(f"the mail server's answer was lost ({name})")
    return UnavailableError(f"the mail server is out of reach ({name})")


def _code(error: Exception) -> int | None:
    """The reply code that ended it; of one recipient who was refused, theirs."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in error.recipients.values()), default=None)
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
        return error.smtp_code
    return None
