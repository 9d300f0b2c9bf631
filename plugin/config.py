"""The service's settings: from the environment, typed, all faults at once and by name.

Every secret may come as ``NAME`` or, better, as a file named by ``NAME_FILE``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from plugin.errors import ConfigError

# Requests that one web process answers at once.
WEB_THREADS = 8
# With more, a worker would take a server's whole share of connections; many workers do not.
MOST_WORKER_THREADS = 32
# A worker's beat, its sweep, and those of the job engine that look for work.
_OTHER_CONNECTIONS = 6
_MAX_PORT = 65_535
_MOST_PROXIES = 5
_SMTP_PORTS = {"smtp": 587, "smtps": 465}
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_TRUE = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """How dear it is to try a password: argon2id, by default as its library advises.

    Attributes:
        memory: In KiB.
        passes: Over that memory.
        lanes: Computed side by side.
    """

    memory: int = 65_536
    passes: int = 3
    lanes: int = 4


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID Connect provider that people may sign in through.

    Attributes:
        issuer: As it names itself, such as ``https://accounts.example.com``.
        client_id: What we are called there.
        client_secret: What proves it.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The server that mail goes out through, and whom it is from.

    Attributes:
        security: ``starttls``, ``tls`` from the first byte, or ``none``.
        user: None where the server asks for no password.
        sender: An address, or ``Name <address>``.
    """

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str | None
    password: str = field(repr=False)
    sender: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation chooses.

    Attributes:
        database_url: SQLAlchemy URL; ``sqlite:///...`` or ``postgresql+psycopg://...``.
        data: Folder for the embedded database and locks.
        secret_keys: Fernet keys, newest first; the first encrypts, all decrypt.
        public_url: Where browsers and helpdesks reach us, without a trailing slash.
        host: Address to listen on.
        port: Port to listen on.
        undo_seconds: How long after a person's approval it can be taken back.
        allow_private_addresses: Connectors may call loopback and private networks.
        worker_threads: Jobs run at once in one worker, and as many again that the sweep asked for.
        metrics_token: What may read ``/metrics``; empty where nobody may.
        proxies: How many proxies of ours stand in front and name whom they speak for.
        provider: Whom people may sign in through; None for passwords and links alone.
        password_cost: How dear it is to try a password.
        rate_limits: Whether strangers and people may knock only so often.
        mail: None where no mail is sent.
    """

    database_url: str
    data: Path
    secret_keys: tuple[str, ...]
    public_url: str
    host: str
    port: int
    undo_seconds: int = 10
    allow_private_addresses: bool = False
    worker_threads: int = 8
    metrics_token: str = field(default="", repr=False)
    mail: MailSettings | None = None
    proxies: int = 0
    provider: Provider | None = None
    password_cost: PasswordCost = PasswordCost()
    rate_limits: bool = True

    @property
    def is_https(self) -> bool:
        """Browsers come by TLS."""
        return self.public_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        """The embedded database: one process works, guarded by a file lock."""
        return self.database_url.startswith("sqlite")

    @property
    def connections(self) -> int:
        """The most connections to the database that a process needs at once: one a thread."""
        return 2 * self.worker_threads + WEB_THREADS + _OTHER_CONNECTIONS


def load_settings(environ: Mapping[str, str], *, need_keys: bool = True) -> Settings:
    """Read the settings.

    Args:
        environ: The environment.
        need_keys: False for commands that touch no secret.

    Raises:
        ConfigError: Every fault, one line each, naming the variable.
    """
    read = _Reader(environ)
    data = Path(read.text("BOOKBAG_DATA", "./data"))
    host, port = read.address("BOOKBAG_BIND", "127.0.0.1:8080")
    keys = tuple(k.strip() for k in read.secret("BOOKBAG_SECRET_KEYS").split(",") if k.strip())
    if need_keys and not keys:
        read.problems.append(
            "BOOKBAG_SECRET_KEYS: set a key for secrets at rest; `bookbag keys new` prints one"
        )
    database_url = read.secret("BOOKBAG_DATABASE_URL") or f"sqlite:///{data}/bookbag.db"
    settings = Settings(
        database_url=read.database_url(database_url),
        data=data,
        secret_keys=keys,
        public_url=read.url("BOOKBAG_PUBLIC_URL", f"http://{host}:{port}"),
        host=host,
        port=port,
        undo_seconds=read.number("BOOKBAG_UNDO_SECONDS", 10),
        allow_private_addresses=read.flag("BOOKBAG_ALLOW_PRIVATE_ADDRESSES"),
        worker_threads=read.number("BOOKBAG_WORKER_THREADS", 8, least=1, most=MOST_WORKER_THREADS),
        metrics_token=read.secret("BOOKBAG_METRICS_TOKEN"),
        proxies=read.number("BOOKBAG_PROXIES", 0, most=_MOST_PROXIES),
        provider=read.provider(),
        mail=_mail(read),
    )
    if read.problems:
        raise ConfigError(read.problems)
    return settings


def _mail(read: "_Reader") -> MailSettings | None:
    """The mail server, from its URL; a password may come apart, so that the URL is no secret."""
    url, sender = read.secret("BOOKBAG_SMTP_URL"), read.text("BOOKBAG_MAIL_FROM", "")
    password = read.secret("BOOKBAG_SMTP_PASSWORD")
    if not url:
        for name, given in (("BOOKBAG_SMTP_PASSWORD", password), ("BOOKBAG_MAIL_FROM", sender)):
            if given:
                read.problems.append(f"{name}: of no use without BOOKBAG_SMTP_URL")
        return None
    address = parseaddr(sender)[1]
    if not _ADDRESS.fullmatch(address) or not sender.isprintable():
        example = "Bookbag <bookbag@shop.example>"
        read.problems.append(f"BOOKBAG_MAIL_FROM: expected an address such as {example}")
    server = _smtp_server(url, password, sender)
    if server is None:
        read.problems.append(
            "BOOKBAG_SMTP_URL: expected smtp://USER@HOST:587 or smtps://USER@HOST:465"
        )
        return None
    if server.user is not None and not server.password:
        read.problems.append("BOOKBAG_SMTP_PASSWORD: set it for the user in BOOKBAG_SMTP_URL")
    if server.user is None and server.password:
        read.problems.append("BOOKBAG_SMTP_URL: names no user for BOOKBAG_SMTP_PASSWORD")
    if server.user is not None and server.security == "none":
        read.problems.append("BOOKBAG_SMTP_URL: tls=none would send the password in the open")
    return server


def _smtp_server(url: str, password: str, sender: str) -> MailSettings | None:
    """``smtp://[user[:password]@]host[:port][?tls=none]``, or ``smtps``; None for anything else."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query, strict_parsing=bool(parts.query))
        port = parts.port or _SMTP_PORTS.get(parts.scheme)
    except ValueError:
        return None
    tls_off = query == {"tls": ["none"]}
    if port is None or not parts.hostname or parts.path.strip("/") or parts.fragment:
        return None
    if query and not (tls_off and parts.scheme == "smtp"):
        return None
    return MailSettings(
        host=parts.hostname,
        port=port,
        security="none" if tls_off else "tls" if parts.scheme == "smtps" else "starttls",
        user=unquote(parts.username) if parts.username else None,
        password=password or unquote(parts.password or ""),
        sender=sender,
    )


class _Reader:
    """Reads one variable at a time and keeps every problem."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def secret(self, name: str) -> str:
        path = self._environ.get(f"{name}_FILE", "").strip()
        if not path:
            return self._environ.get(name, "").strip()
        if self._environ.get(name, "").strip():
            self.problems.append(f"{name}: set either {name} or {name}_FILE, not both")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as bad:
            self.problems.append(f"{name}_FILE: cannot be read ({type(bad).__name__})")
            return ""

    def database_url(self, url: str) -> str:
        scheme, _, rest = url.partition("://")
        if scheme == "sqlite" and rest:
            return url
        if scheme in {"postgresql", "postgres", "postgresql+psycopg"} and rest:
            return f"postgresql+psycopg://{rest}"
        self.problems.append("BOOKBAG_DATABASE_URL: expected sqlite:///PATH or postgresql://...")
        return url

    def url(self, name: str, default: str) -> str:
        url = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(url)
            right = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            right = False
        if not right:
            self.problems.append(f"{name}: expected an http(s) address such as {default}")
        return url

    def address(self, name: str, default: str) -> tuple[str, int]:
        host, colon, port = self.text(name, default).rpartition(":")
        if not colon or not host or not port.isdecimal() or int(port) > _MAX_PORT:
            self.problems.append(f"{name}: expected HOST:PORT such as {default}")
            return "127.0.0.1", 0
        return host.strip("[]"), int(port)

    def number(self, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        text = self.text(name, str(default))
        number = int(text) if text.isascii() and text.isdecimal() else -1
        if number < least or (most is not None and number > most):
            upto = f"at least {least}" if most is None else f"from {least} to {most}"
            self.problems.append(f"{name}: expected a whole number, {upto}")
            return default
        return number

    def provider(self) -> Provider | None:
        given = {
            "BOOKBAG_OIDC_ISSUER": self.text("BOOKBAG_OIDC_ISSUER", ""),
            "BOOKBAG_OIDC_CLIENT_ID": self.text("BOOKBAG_OIDC_CLIENT_ID", ""),
            "BOOKBAG_OIDC_CLIENT_SECRET": self.secret("BOOKBAG_OIDC_CLIENT_SECRET"),
        }
        if not any(given.values()):
            return None
        self.problems += [
            f"{name}: is missing; a provider needs all three"
            for name, value in given.items()
            if not value
        ]
        if given["BOOKBAG_OIDC_ISSUER"]:
            self.url("BOOKBAG_OIDC_ISSUER", "https://accounts.example.com")
        return Provider(*given.values())

    def flag(self, name: str) -> bool:
        text = self.text(name, "no").lower()
        if text not in _TRUE:
            self.problems.append(f"{name}: expected yes or no")
        return _TRUE.get(text, False)
