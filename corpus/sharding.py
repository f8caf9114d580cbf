"""Inputs to shards, so that a new article changes one shard and leaves the others as they are.

A shard ends where the hash of a name says so, as in content-defined chunking: what stands
before and after a new file is cut where it was cut before.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence

import xxhash

from corpus.readers import Input, split

SHARD_BYTES = 16 << 20
LARGE = SHARD_BYTES // 4  # of a file: it is a shard of its own
FILES, MOST_FILES = 1_024, 4_096  # of a shard: on average, and at most


def shards(inputs: Sequence[Input]) -> list[list[Input]]:
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
    return [shard for shard in found if shard]


def identity(shard: Sequence[Input]) -> str:
    """Return a hash of all that the documents of a shard depend on."""
    told = hashlib.sha256()
    for one in shard:
        told.update(json.dumps(list(_named(one)), ensure_ascii=True).encode())
    return told.hexdigest()[:32]


def _named(one: Input) -> Iterator[object]:
    yield from (one.origin.name, one.origin.stem, one.origin.outlet, one.identity, one.part, one.first_line)
    yield one.fields.model_dump()
    if "://" in one.address:  # what a server says of a file is told of one address
        yield one.address


def _ends(one: Input) -> bool:
    return xxhash.xxh3_64_intdigest(one.origin.name.encode()) % FILES == 0
