"""Who annotated, without saying who: keyed pseudonyms, stable within a workspace.

Names and mails stay on the server; the key stays in the workspace's private folder.
"""

import hmac
import os
import secrets
from pathlib import Path
from typing import Any

from annotation.schema import Origin
from corpus.errors import WirecopyError

KEY_BYTES = 32
SIMULATED_DOMAIN = "simulated.invalid"  # RFC 2606: no real mailbox ends like this


class Pseudonyms:
    """Turn accounts into pseudonyms and origins; `state` is the workspace's private folder."""

    def __init__(self, state: Path) -> None:
        self._key = _key(state / "pseudonym.key")

    def of(self, account: str) -> str:
        """Return the pseudonym of an account: `rater-` and eight hex digits of HMAC-SHA256."""
        return "rater-" + hmac.new(self._key, account.lower().encode(), "sha256").hexdigest()[:8]

    def entry(self, account: str) -> dict[str, str]:
        """Return pseudonym and origin of one account, told by its mail."""
        simulated = account.lower().endswith("@" + SIMULATED_DOMAIN)
        return {"annotator": self.of(account), "origin": Origin.SIMULATED if simulated else Origin.HUMAN}

    def table(self, users: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
        """Return `{account id: {annotator, origin}}` for the server's accounts."""
        return {str(user["id"]): self.entry(str(user.get("email") or user["id"])) for user in users}


def secret_of(state: Path, purpose: str) -> str:
    """Return a secret of the workspace for one purpose, 64 hex digits; no account is named like a purpose."""
    if "@" in purpose or " " not in purpose:
        raise ValueError("a purpose has a space and no @, so that no pseudonym tells a part of its secret")
    return hmac.new(_key(state / "pseudonym.key"), purpose.encode(), "sha256").hexdigest()


def _key(path: Path) -> bytes:
    if not path.exists():
        if any((path.parents[1] / "build" / "annotation").glob("*/pull/*.json")):
            raise WirecopyError(
                f"{path} is missing, though answers were pulled with it: annotators would get new pseudonyms",
                hint="restore it from a backup, or move build/annotation away and pull all answers anew",
            )
        _make(path)
    try:
        key = bytes.fromhex(path.read_text())
    except (OSError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise WirecopyError(f"{path} is no key of {KEY_BYTES} bytes in hex", hint="restore it from a backup")
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".partial")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(KEY_BYTES))
    beside.replace(path)
