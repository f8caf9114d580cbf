"""A stand-in for the Hugging Face Hub: what its real clients ask over HTTP, commits as git makes them, faults on order.

A repository is a line of commits, each a mapping of paths to files; large files lie in a store of their own, by hash.
With `xet` the clients upload through hf_xet into its local store, so that the bytes which really travel can be told.
Not covered: models and spaces, organisations and their rights, comments but those of a change of status, the viewer.
"""

from tests.hub.repository import MAIN, Blob, Commit, Repo, regular
from tests.hub.server import running
from tests.hub.state import DROP, TOKEN, Fault, Hub

__all__ = ["DROP", "MAIN", "TOKEN", "Blob", "Commit", "Fault", "Hub", "Repo", "regular", "running"]
