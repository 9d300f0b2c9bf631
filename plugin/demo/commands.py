"""The running demo for our other commands: what they read from the environment, as a file."""

import os
from pathlib import Path
from shlex import quote

from plugin.config import Settings

NAME = "commands.sh"


def write(settings: Settings, key: Path, *, merchant_id: str, account_id: str) -> Path:
    """Write what a shell reads so that `bookbag doctor` and the like mean the demo.

    Args:
        settings: The demo's.
        key: The file with the key for secrets at rest.
        merchant_id: Becomes ``$MERCHANT``.
        account_id: Becomes ``$ACCOUNT``.
    """
    told = {
        "BOOKBAG_DATA": str(settings.data),
        "BOOKBAG_DATABASE_URL": settings.database_url,
        "BOOKBAG_PUBLIC_URL": settings.public_url,
        "BOOKBAG_SECRET_KEYS_FILE": str(key),
        "BOOKBAG_ALLOW_PRIVATE_ADDRESSES": "yes",
        "MERCHANT": merchant_id,
        "ACCOUNT": account_id,
    }
    path = Path(settings.data) / NAME
    path.unlink(missing_ok=True)
    # A database's address may hold its password.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"export {name}={quote(value)}\n" for name, value in told.items())
    return path
