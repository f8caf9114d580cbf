"""Zipped folders (`.zip`, `.tar`, `.tar.gz`): each member is read, as a stream, by the reader of its suffix.

Nothing is written to disk by the name of a member. What unpacks to too much is stopped by counting.
Not covered: archives inside archives, encrypted members, other methods than deflate and gzip.
"""

import gzip
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

from corpus.encoding import Refused
from corpus.readers.article import Article, printable, stem_of
from corpus.readers.inputs import Input
from corpus.readers.stream import BLOCK, Budget, cause, guarded, seekable, settled, too_large
from corpus.schema import Reason, Reject

Member = Callable[[Input, Callable[[], BinaryIO]], Iterator[Article | Reject]]
MOST_MEMBERS = 250_000
LARGEST_DIRECTORY = 32 << 20
LONGEST_HEAD = 1 << 20
ENCRYPTED, UNICODE_NAME = 0x1, 0x800
DRIVE = re.compile(r"[A-Za-z]:")
UNREAD = "the rest of the archive is not read"


def read_zip(file: BinaryIO, one: Input, member: Member) -> Iterator[Article | Reject]:
    """Read each member; `member` reads one that is safe. All of them count as inputs, hidden ones and folders apart."""
    budget = Budget(one.size)
    found = False
    with seekable(file) as raw, _zip(raw) as packed:
        members = packed.infolist()
        if len(members) > MOST_MEMBERS:
            raise Refused(Reason.TOO_LARGE, f"{len(members)} members, more than {MOST_MEMBERS}")
        for info in members:
            name = _zip_name(info)
            if name.endswith("/") or _is_hidden(name):
                continue
            found = True
            flaw = _unsafe(name) or _zip_flaw(info)
            inside = _inside(one, name, info.file_size)
            if flaw:
                yield inside.origin.reject(*flaw)
            else:
                yield from member(inside, partial(_opened, partial(packed.open, info), budget.spend))
    if not found:
        yield one.origin.reject(Reason.EMPTY, "no members")


def read_tar(file: BinaryIO, one: Input, member: Member) -> Iterator[Article | Reject]:
    """Read each member in the order of the archive, which is never sought in."""
    count = 0
    try:
        for info, packed in _tar_members(file, one):
            name = printable(info.name)
            if info.isdir() or _is_hidden(name):
                continue
            count += 1
            if count > MOST_MEMBERS:
                raise Refused(Reason.TOO_LARGE, f"more than {MOST_MEMBERS} members")
            flaw = _unsafe(name) or _tar_flaw(info)
            inside = _inside(one, name, info.size)
            if flaw:
                yield inside.origin.reject(*flaw)
            else:
                yield from member(inside, partial(_opened, partial(packed.extractfile, info), _free))
    except Refused as flaw:
        yield one.origin.reject(flaw.reason, f"{flaw.detail}; {UNREAD}")
    else:
        if not count:
            yield one.origin.reject(Reason.EMPTY, "no members")


def _opened(call: Callable[[], Any], spend: Callable[[int], None]) -> BinaryIO:
    try:
        return guarded(call(), told=cause, spend=spend)
    except Exception as error:  # a local header that says otherwise than the directory, and the like
        raise OSError(cause(error)) from None


def _free(_size: int) -> None:
    """Take bytes that are counted elsewhere."""


def _inside(one: Input, name: str, size: int) -> Input:
    parts = _parts(name)
    path = "/".join(parts) or name
    return Input("", one.origin.inside(path, stem_of(path), parts[0] if len(parts) > 1 else None), one.fields, "", size)


def _parts(name: str) -> list[str]:
    return [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]


def _is_hidden(name: str) -> bool:
    return not _unsafe(name) and any(part.startswith(".") or part == "__MACOSX" for part in _parts(name))


def _unsafe(name: str) -> tuple[Reason, str] | None:
    """Tell why a member's name would lead out of its folder; as strict as the strictest system."""
    parts = _parts(name)
    if name.startswith(("/", "\\")) or DRIVE.match(name):
        return Reason.UNSAFE_PATH, "an absolute path"
    if ".." in parts or not parts:
        return Reason.UNSAFE_PATH, "a path that leads out of the archive" if parts else "no name"
    return (Reason.UNSAFE_PATH, "a name with NUL") if "\\x00" in name else None


def _zip(raw: BinaryIO) -> zipfile.ZipFile:
    try:
        checked: Any = _Checked(raw)
        return zipfile.ZipFile(checked)
    except Refused:
        raise
    except Exception as error:  # zipfile trips over broken directories in many ways
        raise Refused(Reason.UNREADABLE, f"no readable zip: {cause(error)}") from None


class _Checked:
    """A file whose directory is refused before it is in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > LARGEST_DIRECTORY:
            raise too_large(LARGEST_DIRECTORY, "a directory of ")
        return self._file.read(size)


def _zip_name(info: zipfile.ZipInfo) -> str:
    name = info.orig_filename
    if not info.flag_bits & UNICODE_NAME:  # the standard says code page 437, many programs write UTF-8
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.orig_filename
    return printable(name)


def _zip_flaw(info: zipfile.ZipInfo) -> tuple[Reason, str] | None:
    if stat.S_ISLNK(info.external_attr >> 16):
        return Reason.UNREADABLE, "a link, not a file"
    if info.flag_bits & ENCRYPTED:
        return Reason.UNREADABLE, "encrypted"
    # bzip2 and LZMA unpack a block at a time, however large it gets.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Reason.UNSUPPORTED_FORMAT, f"compression method {info.compress_type}, neither stored nor deflate"
    return None


class _Info(tarfile.TarInfo):
    """A head that is an error where it is broken; tarfile would end there without a word."""

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> "_Info":
        try:
            return super().fromtarfile(tarfile_)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError) as error:  # type: ignore[attr-defined]
            raise OSError(f"a broken head: {error}") from None


def _tar_members(file: BinaryIO, one: Input) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
    packed = one.origin.name.lower().endswith("gz")
    budget = Budget(one.size if packed else 0, until=LONGEST_HEAD)
    inner: Any = gzip.GzipFile(fileobj=file) if packed else file
    try:
        stream = guarded(inner, told=cause, spend=budget.spend)
        with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Info) as tar:
            while info := tar.next():
                # `offset` is where the next head begins: nothing may be read far beyond it.
                budget.until = tar.offset + LONGEST_HEAD + BLOCK
                yield info, tar
                tar.members.clear()  # type: ignore[attr-defined]  # it would grow with the archive
        settled(stream)
    except Refused:
        raise
    except Exception as error:  # tarfile trips over broken heads in many ways
        raise Refused(Reason.UNREADABLE, f"no readable tar: {cause(error)}") from None


def _tar_flaw(info: tarfile.TarInfo) -> tuple[Reason, str] | None:
    if not info.isreg() or info.issparse():
        return Reason.UNREADABLE, "a link, a device or a sparse file, not a plain file"
    return None
