"""Inputs to shards, so that a new article changes one shard and leaves the others as they are.

A shard ends where the hash of a name says so, as in content-defined chunking: what stands
before and after a new file is cut where it was cut before.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property

import xxhash

from corpus.readers import Input, split

SHARD_BYTES = 16 << 20
LARGE = SHARD_BYTES // 4  # of a file: it is a shard of its own
FILES, MOST_FILES = 1_024, 4_096  # of a shard: on average, and at most


class Shard(tuple[Input, ...]):
    """The inputs of one scan."""

    @cached_property
    def identity(self) -> str:
        """Return a hash of all that the documents of the shard depend on."""
        fields = {id(one.fields): one.fields for one in self}
        columns = {name: each.model_dump() for name, each in fields.items()}
        told = json.dumps([[*_named(one), columns[id(one.fields)]] for one in self])
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def shards(inputs: Sequence[Input]) -> list[Shard]:
    """Cut the inputs, in their order, into shards of about `SHARD_BYTES`; large files into parts."""
    found: list[list[Input]] = [[]]
    size = 0
    for one in inputs:
        pieces = split(one, SHARD_BYTES)
        if len(pieces) > 1 or one.size > LARGE:
            found += [[piece] for piece in pieces] + [[]]
            size = 0
            continue
        found[-1] += pieces
        size += one.size
        if size >= SHARD_BYTES or len(found[-1]) >= MOST_FILES or _ends(one):
            found.append([])
            size = 0
    return [Shard(shard) for shard in found if shard]


def _named(one: Input) -> tuple[object, ...]:
    # What a server says of a file is told of one address.
    address = one.address if "://" in one.address else None
    origin = one.origin
    return origin.name, origin.stem, origin.outlet, one.identity, one.part, one.first_line, address


def _ends(one: Input) -> bool:
    return xxhash.xxh3_64_intdigest(one.origin.name.encode()) % FILES == 0
