"""Mail by SMTP, against a real server: what arrives, and what it means where it does not."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.errors import (
    AmbiguousError,
    AuthError,
    ConnectorError,
    RejectedError,
    UnavailableError,
)
from connectors.notify.mail import Security, SmtpMailer, SmtpServer
from connectors.types import Letter
from tests.bench.post_office import PASSWORD, USER, PostOffice, free_port, post_office

SENDER = "Bookbag <bookbag@shop.example>"
LETTER = Letter(
    id="0192",
    to="ben@shop.example",
    subject="Draft K7Q2M waits",
    text="Please sign: 80,00 €.\n",
    at=dt.datetime(2026, 11, 30, 15, 40, tzinfo=dt.UTC),
)
Office = tuple[PostOffice, int]


@pytest.fixture
def office() -> Iterator[Office]:
    with post_office() as running:
        yield running


def server(port: int, security: Security = "none", **more: str) -> SmtpServer:
    return SmtpServer("127.0.0.1", port, security, SENDER, **more)


def failing(mailer: SmtpMailer, letter: Letter = LETTER) -> ConnectorError:
    with pytest.raises(ConnectorError) as failed:
        mailer.send(letter)
    return failed.value


def test_a_letter_arrives_as_it_was_written(office: Office) -> None:
    SmtpMailer(server(office[1])).send(LETTER)
    (letter,) = office[0].letters
    assert (letter["From"], letter["To"]) == (SENDER, LETTER.to)
    assert letter["Subject"] == LETTER.subject
    assert letter["Message-ID"] == "<0192@shop.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content().splitlines() == LETTER.text.splitlines()


def test_no_text_becomes_a_header(office: Office) -> None:
    mailer = SmtpMailer(server(office[1]))
    mailer.send(Letter("1", LETTER.to, "waits\r\nBcc: x@evil.example", "Hi\n", LETTER.at))
    (letter,) = office[0].letters
    assert letter["Subject"] == "waits Bcc: x@evil.example"
    assert letter["Bcc"] is None
    spoiled = Letter("2", "a@b.example\r\nBcc: x@evil.example", "waits", "Hi\n", LETTER.at)
    assert isinstance(failing(mailer, spoiled), RejectedError)
    assert len(office[0].letters) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("550 nobody here", RejectedError), ("451 come back", UnavailableError)],
)
def test_what_a_refused_recipient_means(
    office: Office, answer: str, kind: type[ConnectorError]
) -> None:
    office[0].refuses = answer
    failed = failing(SmtpMailer(server(office[1])))
    assert type(failed) is kind
    assert LETTER.to not in str(failed)


def test_a_server_that_is_not_there_has_taken_nothing() -> None:
    assert type(failing(SmtpMailer(server(free_port())))) is UnavailableError


def test_a_letter_whose_answer_is_lost_may_have_been_taken(office: Office) -> None:
    office[0].hangs_up = True
    assert type(failing(SmtpMailer(server(office[1])))) is AmbiguousError


def test_a_wrong_password_is_told_and_not_shown() -> None:
    with post_office(with_password=True) as (office, port):
        SmtpMailer(server(port, user=USER, password=PASSWORD)).send(LETTER)
        wrong = failing(SmtpMailer(server(port, user=USER, password="hunter2hunter2")))
    assert isinstance(wrong, AuthError)
    assert "hunter2" not in str(wrong)
    assert len(office.letters) == 1


def test_without_tls_nothing_is_said_where_tls_is_wanted(office: Office) -> None:
    failed = failing(SmtpMailer(server(office[1], "starttls", user=USER, password=PASSWORD)))
    assert isinstance(failed, RejectedError)
    assert office[0].letters == []


def test_starttls_needs_a_server_that_proves_its_name(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(certificate)
    ours = ssl.create_default_context(cafile=str(certificate))
    with post_office(tls=theirs) as (office, port):
        stranger = failing(SmtpMailer(server(port, "starttls")))
        assert isinstance(stranger, UnavailableError)
        assert office.letters == []
        SmtpMailer(server(port, "starttls"), trust=ours).send(LETTER)
        assert len(office.letters) == 1


def self_signed(folder: Path) -> Path:
    """A certificate for this machine, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "mail.pem"
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path
