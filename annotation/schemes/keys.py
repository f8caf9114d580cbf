"""Keys of a scheme: one letter or digit, alone or with shift, alt or both."""

import re

# Label Studio unselects with u and has Alt+R, H, L, M; Chromium has the other ones for itself.
TAKEN = {
    "u",
    *(f"alt+{letter}" for letter in "rhlmdef1234567890"),
    *(f"shift+alt+{letter}" for letter in "abit"),
}
NO_KEY = "."
PATTERN = r"^(shift\+)?(alt\+)?[a-z0-9]$"
# The keys of the first nine names of a unit.
NAME_KEYS = tuple(f"shift+{digit}" for digit in range(1, 10))
_WORD = re.compile(r"((?:shift\+)?(?:alt\+)?)([a-z0-9.]+)")


def keys_of(word: str) -> list[str | None]:
    """Return the keys that a word of `keys` stands for: `12`, `shift+12`, `shift+alt+q.w`.

    A point stands for no key. Raises ValueError where a word says something else.
    """
    found = _WORD.fullmatch(word)
    if not found:
        raise ValueError(f"'{word}' is no word of keys: letters a-z and digits, with shift+, alt+ or shift+alt+ before")
    return [None if letter == NO_KEY else found[1] + letter for letter in found[2]]


def check_free(keys: list[str], *, named: bool) -> None:
    """Raise ValueError where a key stands twice, or Label Studio, the browser or the names have it."""
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"key '{key}' stands twice")
        if key in TAKEN:
            raise ValueError(f"key '{key}' is taken by Label Studio or the browser")
        if named and key in NAME_KEYS:
            raise ValueError(f"key '{key}' is taken: {NAME_KEYS[0]} to {NAME_KEYS[-1]} choose a name")
