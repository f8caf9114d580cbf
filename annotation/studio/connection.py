"""Which server the commands talk to."""

import os

from annotation.studio import server
from annotation.studio.client import Studio
from corpus.config import Workspace
from corpus.errors import WirecopyError


def names_a_server() -> bool:
    """Tell whether the environment names a server other than the workspace's own."""
    return bool(os.environ.get("LABEL_STUDIO_URL", "").strip())


def connect(workspace: Workspace) -> Studio:
    """Return a checked client: `LABEL_STUDIO_URL` first, else the workspace's local server.

    Raises WirecopyError where there is no server, no token, or the version is too old.
    """
    url = os.environ.get("LABEL_STUDIO_URL", "").strip()
    key = os.environ.get("LABEL_STUDIO_API_KEY", "").strip()
    if not url:
        local = server.find(workspace.state)
        if local is None:
            raise WirecopyError(
                "no Label Studio: none runs here and LABEL_STUDIO_URL is not set",
                hint="wirecopy annotation serve",
            )
        url, key = local.url, server.token(workspace.state)
    if "@" in url:
        hint = "put the token into LABEL_STUDIO_API_KEY and nothing secret into the address"
        raise WirecopyError("LABEL_STUDIO_URL holds a name or password", hint=hint)
    if not key:
        raise WirecopyError(
            f"no token for {url}",
            hint="set LABEL_STUDIO_API_KEY to the token shown in its Account & Settings page",
        )
    studio = Studio(url, key)
    studio.check()
    return studio
