"""Lines counted across the documents of an outlet: the key of a line, and from when on it is frequent."""

STORY_LIKE = 70  # characters of a key: some 85 of a line
LEAST, LEAST_SHARE = 5, 0.02
LEAST_STORY_LIKE, LEAST_SHARE_STORY_LIKE = 20, 0.1
LONGEST_KEY = 120
_LOWER = bytes(range(256)).lower()
_DROPPED = b"0123456789 \t"


def line_key(line: str) -> str:
    """Return what is counted of a line: its first 120 characters without digits and spaces, ASCII in lower case.

    Empty for a line of digits alone. "Comments (3)" and "comments (12)" have one key. On bytes, since
    `str.translate` is ten times slower.
    """
    return line[:LONGEST_KEY].encode().translate(_LOWER, _DROPPED).decode()


def is_frequent(length: int, count: int, documents: int) -> bool:
    """Tell whether a line that stands in `count` of an outlet's `documents` is no part of a story.

    `length` is that of its key. A long line may be a sentence of a story that the outlet ran in many revisions,
    so it needs more: 20 documents and a tenth of them all, against 5 and a fiftieth.
    """
    if not length:
        return False
    if length > STORY_LIKE:
        return count >= LEAST_STORY_LIKE and count >= LEAST_SHARE_STORY_LIKE * documents
    return count >= LEAST and count >= LEAST_SHARE * documents
