"""Binary streams with limits: what is too much is refused by counting, never by the word of a header.

Not covered: time. A file of many gigabytes takes as long as it takes.
"""

import io
from collections.abc import Callable
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from corpus.encoding import Refused
from corpus.schema import Reason

LARGEST = 64 << 20  # bytes of a text, a line, a field or a record: no article is that long
MOST_UNPACKED = 64 << 30  # bytes that may come out of one archive
MOST_TIMES = 100  # the size of the archive; text packs to a fifth, a bomb to a thousandth
BLOCK = 1 << 16


def whole(file: BinaryIO, most: int = LARGEST) -> bytes:
    """Read a stream to its end; raise `Refused` where it holds more than `most` bytes."""
    pieces, size = [], 0
    while piece := file.read(BLOCK):
        size += len(piece)
        if size > most:
            raise too_large(most)
        pieces.append(piece)
    settled(file)
    return b"".join(pieces)


def too_large(most: int, what: str = "") -> Refused:
    """Make the refusal of what is larger than `most` bytes."""
    size = f"{most >> 20} MB" if most >= 1 << 20 else f"{most >> 10} KB"
    return Refused(Reason.TOO_LARGE, f"{what}more than {size}")


def seekable(file: BinaryIO, read: bytes = b"") -> BinaryIO:
    """Return the stream at its begin, or where it can't go back, a copy in a temporary file without a name.

    `read` are the bytes that were taken from it already. Close what is returned.
    """
    if file.seekable():
        file.seek(0)
        return file
    copy = TemporaryFile()  # noqa: SIM115 (the caller closes it)
    copy.write(read)
    while block := file.read(BLOCK):
        copy.write(block)
    settled(file)
    copy.seek(0)
    return copy


def cause(error: Exception) -> str:
    """Name an error of a library in one line."""
    told = str(error).splitlines()
    return f"{type(error).__name__}: {told[0]}" if told and told[0] else type(error).__name__


class Budget:
    """How much may come out of an archive of `size` bytes (0: unknown), counted as it comes.

    `until` is a place in the unpacked stream that must not be passed yet.
    """

    def __init__(self, size: int, *, until: int | None = None) -> None:
        self._most = min(MOST_UNPACKED, max(LARGEST, MOST_TIMES * size)) if size else MOST_UNPACKED
        self._total = 0
        self.until = until

    def spend(self, size: int) -> None:
        """Count bytes; raise `Refused` where they are too many."""
        self._total += size
        if self._total > self._most:
            raise too_large(self._most, "it unpacks to ")
        if self.until is not None and self._total > self.until + BLOCK:
            raise Refused(Reason.TOO_LARGE, "a head without an end")


class Guarded(io.RawIOBase):
    """A stream of another library: each error it raises is an OSError, and its bytes are counted.

    `told` makes the message of an error, `spend` takes the number of bytes that were read and
    raises `Refused` where they are too many. A buffer above it would lose what it holds when an
    error comes: so the stream ends first, and the error waits for the next call or for `settled`.
    """

    def __init__(
        self, inner: Any, *, told: Callable[[Exception], str], spend: Callable[[int], None], back: bool = False
    ) -> None:
        super().__init__()
        self._inner, self._told, self._spend, self._back = inner, told, spend, back
        self._take = getattr(inner, "read1", inner.read)  # `read` of gzip loses what comes before a cut
        self.held: Refused | OSError | None = None

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell whether it can go back."""
        return self._back

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer`; return how many bytes were read."""
        if self.held:
            raise self.held
        try:
            block = self._asked(self._take, len(buffer))
            self._spend(len(block))
        except (Refused, OSError) as error:
            self.held = error
            return 0
        buffer[: len(block)] = block
        return len(block)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place."""
        if not self._back:
            raise io.UnsupportedOperation("seek")
        return int(self._asked(self._inner.seek, offset, whence) or self._inner.tell())

    def close(self) -> None:
        """Close the stream below."""
        if not self.closed:
            super().close()
            self._asked(self._inner.close)

    def _asked(self, call: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return call(*arguments)
        except Refused:
            raise
        except Exception as error:  # what libraries raise on broken data is not in their contracts
            raise OSError(self._told(error)) from None


def settled(file: BinaryIO) -> None:
    """Raise the error that a stream has held back at what looked like its end."""
    held = getattr(getattr(file, "raw", None), "held", None)
    if held:
        raise held


def guarded(
    inner: Any, *, told: Callable[[Exception], str], spend: Callable[[int], None], back: bool = False
) -> BinaryIO:
    """Return a buffered `Guarded` stream."""
    return io.BufferedReader(Guarded(inner, told=told, spend=spend, back=back), BLOCK)
