"""Does a border between splits cut apart what looks alike? Found from the texts anew, told in `leakage.json`.

`links` reads the corpus and forgets how its families were made; `prove` holds what it found against an
assignment. Not covered: a translation that the corpus stage did not find (with `vectors = "off"` it looks
for none), and a paraphrase so free that few neighbouring words are left.
"""

from export.leakage.found import Links, links
from export.leakage.proof import Proof, prove

__all__ = ["Links", "Proof", "links", "prove"]
