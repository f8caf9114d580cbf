"""One contract: the row models give the Features, the Arrow schema and the files."""

import pyarrow as pa
import pytest
from datasets import ClassLabel, Features, List, Value
from pydantic import BaseModel

from corpus.dataset import CONFIGS
from corpus.features import arrow_schema, class_label, features, listed, schema_of, value
from corpus.schema import Document, Reject

PARAGRAPH = {name: Value("int64") for name in ("start", "end")} | {name: Value("string") for name in ("role", "rule")}


@pytest.mark.parametrize("model", CONFIGS.values())
def test_each_column_of_the_contract_is_one_feature_in_its_order(model: type[BaseModel]) -> None:
    assert list(features(model)) == list(model.model_fields)


@pytest.mark.parametrize("model", CONFIGS.values())
def test_the_schema_of_the_build_is_that_of_the_features(model: type[BaseModel]) -> None:
    assert arrow_schema(model).equals(Features.from_dict(features(model)).arrow_schema, check_metadata=True)


def test_types_follow_the_contract() -> None:
    found = Features.from_dict(features(Document))
    assert found["doc_id"] == Value("string")
    assert found["language_score"] == Value("float64")
    assert found["paragraphs"] == List(PARAGRAPH)


def test_vocabularies_are_strings_in_arrow() -> None:
    assert arrow_schema(Reject).field("reason").type == pa.string()


def test_a_class_label_comes_in_by_name() -> None:
    found = features(Reject, reason=class_label(["a", "b"]), detail=listed(value(float)))
    known = Features.from_dict(found)
    assert (known["reason"], known["detail"]) == (ClassLabel(names=["a", "b"]), List(Value("float64")))
    assert schema_of(found).equals(known.arrow_schema, check_metadata=True)


def test_a_name_that_is_no_column_is_refused() -> None:
    with pytest.raises(TypeError, match="no column 'raeson'"):
        features(Reject, raeson=value(str))


@pytest.mark.parametrize("kind", [dict[str, int], int | str, complex])
def test_a_type_that_no_feature_stands_for_is_refused(kind: object) -> None:
    model = type("Odd", (BaseModel,), {"__annotations__": {"one": kind}})
    with pytest.raises(TypeError, match="no Feature stands for"):
        features(model)
