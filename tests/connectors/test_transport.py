"""The time limit and the certificate check over TLS, against a server of our own."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.errors import AmbiguousError, UnavailableError
from connectors.http import outbound_session


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for ``localhost``, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    day = timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - day)
        .not_valid_after(datetime.now(UTC) + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.fixture
def dripping(certificate: Path) -> Iterator[str]:
    """Answers ``/`` at once; drips on any other path."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            # A client that distrusts us or hangs up is what the tests are about.
            with raw, suppress(OSError), context.wrap_socket(raw, server_side=True) as tls:
                request = tls.recv(65_536)
                tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n")
                if b" / HTTP" in request:
                    tls.sendall(b"\r\n{}")
                    continue
                for _ in range(200):
                    tls.sendall(b"x")
                    time.sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield f"https://localhost:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        assert not thread.is_alive()


def test_an_unknown_certificate_is_refused_before_anything_is_sent(dripping: str) -> None:
    with pytest.raises(UnavailableError):
        outbound_session(allow_private=True).put(dripping)


def test_the_certificate_is_checked_against_the_name(dripping: str, certificate: Path) -> None:
    session = outbound_session(allow_private=True)
    session.verify = str(certificate)
    assert session.put(dripping).json() == {}
    with pytest.raises(UnavailableError):
        session.put(dripping.replace("localhost", "127.0.0.1"))


def test_a_dripping_answer_is_cut_off_under_tls(dripping: str, certificate: Path) -> None:
    session = outbound_session(allow_private=True)
    session.verify = str(certificate)
    started = time.monotonic()
    with pytest.raises(AmbiguousError), session.budget.within(0.3):
        session.put(f"{dripping}/slow")
    assert time.monotonic() - started < 2
