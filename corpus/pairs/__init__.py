"""Translation pairs: which documents of an event translate each other, and sentence by sentence how."""

from corpus.pairs.alignment import align
from corpus.pairs.block import Found, Order, block
from corpus.pairs.documents import Match, Sentence, Text, matches
from corpus.pairs.programming import Bead
from corpus.pairs.vectors import Vectors, load

__all__ = ["Bead", "Found", "Match", "Order", "Sentence", "Text", "Vectors", "align", "block", "load", "matches"]
