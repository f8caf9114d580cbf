"""Addresses with `://` through fsspec: folders, globs and files on S3, the Hub, in memory; single files over HTTP.

Credentials come from where each system keeps them (environment, profile); no message shows those in an address.
Not covered: chained addresses (`zip::s3`), lists of files over HTTP.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

from corpus.errors import WirecopyError
from corpus.readers.stream import cause, guarded

BLOCK = 4 << 20  # bytes that are fetched at a time
MAGIC = re.compile(r"[*?\[]")
EXTRAS = {"s3": "s3", "s3a": "s3"}
CHECKSUMS = ("ETag", "etag", "sha256", "md5", "md5Hash", "content_md5", "blob_id")
TIMES = ("LastModified", "last_modified", "mtime", "modified", "updated", "created")


class Found(NamedTuple):
    """One file: the folder that ids count from, its address, the path below, what tells a change, bytes."""

    top: str
    address: str
    inside: str
    identity: str
    size: int


def find(address: str, *, where: str) -> list[Found]:
    """List the files of an address, sorted by path; raise WirecopyError where there is none, or no way to it."""
    system, path = filesystem(address, where)
    try:
        system.invalidate_cache()
        found = sorted(_found(system, path, address), key=lambda one: one.inside.split("/"))
    except Exception as error:  # each system has errors of its own
        raise WirecopyError(
            f"{where}{shown(address)} can't be listed: {safe_cause(error)}",
            hint="check the address, and who may read it",
        ) from None
    if not found:
        raise WirecopyError(f"{where}no file matches '{shown(address)}'", hint="check the address")
    return found


def open(address: str) -> BinaryIO:
    """Open a remote file; what goes wrong, then or later, is an OSError."""
    try:
        system, path = filesystem(address, "")
        # A web server that knows no ranges can only be read from begin to end.
        whole = address.startswith("http") and not system.info(path).get("partial")
        inner = system.open(path, "rb", block_size=0 if whole else BLOCK)
    except WirecopyError as error:
        raise OSError(error.message) from None
    except Exception as error:  # each system has errors of its own
        raise OSError(safe_cause(error)) from None
    return guarded(inner, told=safe_cause, spend=lambda _size: None, back=not whole and bool(inner.seekable()))


def shown(address: str) -> str:
    """Return an address without its credentials: no user, no query."""
    return re.sub(r"[?#].*" if address.startswith("http") else r"#.*", "", re.sub(r"//[^/@\s]*@", "//", address))


def filesystem(address: str, where: str) -> tuple[Any, str]:
    """Return the fsspec file system of an address and the path in it; raise WirecopyError where there is no way."""
    from fsspec.core import url_to_fs
    from fsspec.registry import known_implementations

    protocol = address.partition("://")[0]
    if "::" in address:
        raise WirecopyError(f"{where}{shown(address)}: chained addresses are not read", hint="name the archive itself")
    try:
        system, path = url_to_fs(address)
    except ImportError:
        told = known_implementations.get(protocol, {}).get("err", f"install what fsspec needs for {protocol}://")
        hint = f'pip install "wirecopy[{EXTRAS[protocol]}]"' if protocol in EXTRAS else told
        raise WirecopyError(f"{where}{protocol}:// needs a package that is not installed", hint=hint) from None
    except Exception as error:  # an unknown protocol, an address that its system can't parse
        raise WirecopyError(f"{where}{shown(address)}: {safe_cause(error)}", hint="check the address") from None
    return system, path


def _found(system: Any, path: str, address: str) -> Iterator[Found]:
    if address.startswith(("http://", "https://")):
        name = shown(address).rstrip("/").rpartition("/")[2]
        yield _one(system.info(path), "", address, name)
        return
    path = path.rstrip("/")
    if system.isdir(path):
        base, files = path, system.find(path, detail=True)
    elif system.exists(path):
        yield _one(system.info(path), _last(path.rpartition("/")[0]), address, _last(path))
        return
    else:
        base = path[: MAGIC.search(path).start()].rpartition("/")[0] if MAGIC.search(path) else path  # type: ignore[union-attr]
        files = _globbed(system, path)
    for name, info in files.items():
        inside = name.removeprefix(base).strip("/")
        if info.get("type") != "directory" and inside and not any(part[:1] == "." for part in inside.split("/")):
            yield _one(info, _last(base), _address(system, name, path, address), inside)


def _globbed(system: Any, path: str) -> dict[str, Mapping[str, Any]]:
    files: dict[str, Mapping[str, Any]] = {}
    for name, info in (system.glob(path, detail=True) if MAGIC.search(path) else {}).items():
        files |= system.find(name, detail=True) if info.get("type") == "directory" else {name: info}
    return files


def _address(system: Any, name: str, path: str, address: str) -> str:
    # As the user wrote its begin: the host or the user of an address may stand nowhere else.
    bare = address.rstrip("/")
    return bare[: -len(path)] + name if bare.endswith(path) else str(system.unstrip_protocol(name))


def _one(info: Mapping[str, Any], top: str, address: str, inside: str) -> Found:
    size = int(info.get("size") or 0)
    told = [f"{key} {info[key]}" for key in CHECKSUMS if info.get(key)]
    told = told or [f"{key} {info[key]}" for key in TIMES if info.get(key)]
    return Found(top, address, inside, f"{told[0]} size {size}" if told else "", size)


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def safe_cause(error: Exception) -> str:
    """Return what went wrong, without the credentials of an address."""
    return re.sub(r"\?\S*", "", re.sub(r"//[^/@\s]*@", "//", cause(error)))
