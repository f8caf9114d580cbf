"""`croissant.json`: what its reference library reads with it, and what that library does not look at."""

import fnmatch
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlcroissant
import pytest

from corpus.config import load
from corpus.files import sha256_file
from corpus.parquet import read_dicts
from export.croissant import croissant
from export.manifest import DERIVED, data_only, read
from export.schema import MANIFEST, Manifest
from tests.export.test_release import labelled, released

# The reference library reads JSON-LD in a way that its own dependency deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
# The properties of the RAI vocabulary 1.0, by the name in its namespace.
RAI = (
    "dataCollection dataCollectionType dataCollectionMissingData dataCollectionRawData dataCollectionTimeframe "
    "dataPreprocessingProtocol dataImputationProtocol dataManipulationProtocol dataReleaseMaintenancePlan "
    "personalSensitiveInformation dataAnnotationProtocol dataAnnotationPlatform dataAnnotationAnalysis "
    "annotationsPerItem annotatorDemographics machineAnnotationTools dataSocialImpact dataBiases dataLimitations "
    "dataUseCases"
)
PROV = {"wasDerivedFrom", "wasGeneratedBy", "wasAttributedTo", "wasAssociatedWith", "startedAtTime", "endedAtTime"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    one = labelled(tmp_path_factory.mktemp("croissant") / "w", 12, ("favor", "favor", "against"))
    text = (one.workspace.root / "wirecopy.toml").read_text()
    facts = 'url = "https://example.org/d"\ndate = "2026-11-23"\ncreators = ["Moor, Ada", "City Desk"]\n'
    (one.workspace.root / "wirecopy.toml").write_text(f'{text}\n[release]\nlicense = "cc-by-4.0"\n{facts}')
    return released(load(one.workspace.root))[1]


@pytest.fixture(scope="module")
def manifest(folder: Path) -> Manifest:
    return data_only(read(folder, hint=""))


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "croissant.json").read_text())
    return found


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a JSON value, vocabulary rows left out."""
    if isinstance(value, dict):
        yield value
        for name, part in value.items():
            if name not in ("data", "@context"):
                yield from nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes(part)


def test_the_reference_library_finds_nothing_wrong(folder: Path) -> None:
    found = mlcroissant.Dataset(str(folder / "croissant.json")).metadata.ctx.issues
    assert not found.errors and not found.warnings


def test_the_reference_library_reads_every_record_with_its_split(folder: Path, manifest: Manifest) -> None:
    dataset = mlcroissant.Dataset(str(folder / "croissant.json"))
    for config in manifest.facts.configs:
        if config.rows:
            wanted = sorted(expected(folder, config.name), key=str)
            assert sorted((plain(one, config.name) for one in dataset.records(config.name)), key=str) == wanted


def expected(folder: Path, config: str) -> list[Any]:
    paths = sorted((folder / config).glob("*.parquet"))
    return [{"split": path.name.split("-")[0], **row} for path in paths for row in read_dicts(path)]


def plain(value: Any, place: str) -> Any:
    """A record as it stands in the file: fields without the names of what is around them."""
    if isinstance(value, dict):
        return {name.removeprefix(f"{place}/"): plain(part, name) for name, part in value.items()}
    if isinstance(value, bytes):
        return value.decode()
    if hasattr(value, "tolist") and not isinstance(value, list):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [plain(part, place) for part in value]
    return None if isinstance(value, float) and value != value else value


def test_every_data_file_stands_there_with_its_hash_and_size(folder: Path, told: dict[str, Any]) -> None:
    objects = {one["@id"]: one for one in told["distribution"] if one["@type"] == "cr:FileObject"}
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(objects) == files - {MANIFEST, *DERIVED}
    for name, one in objects.items():
        assert one["sha256"] == sha256_file(folder / name) and one["contentUrl"] == name
        assert one["contentSize"] == f"{(folder / name).stat().st_size} B"


def test_each_set_of_files_has_the_files_of_one_config(folder: Path, told: dict[str, Any]) -> None:
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")]
    for one in told["distribution"]:
        if one["@type"] == "cr:FileSet":
            config = one["@id"].removesuffix("-files")
            assert fnmatch.filter(files, one["includes"]) == [name for name in files if name.startswith(f"{config}/")]


def test_fields_are_the_columns_in_their_order(told: dict[str, Any], manifest: Manifest) -> None:
    sets = {one["@id"]: one for one in told["recordSet"]}
    for config in manifest.facts.configs:
        if config.rows:
            fields = [one["@id"] for one in sets[config.name]["field"]]
            assert fields == [f"{config.name}/{name}" for name in ("split", *config.features)]


def test_ids_are_one_of_a_kind_and_every_reference_leads_somewhere(told: dict[str, Any]) -> None:
    defined = [one["@id"] for one in nodes(told) if "@id" in one and len(one) > 1]
    assert len(defined) == len(set(defined))
    assert {one["@id"] for one in nodes(told) if set(one) == {"@id"}} <= set(defined)


def test_classes_have_their_numbers_values_and_words(told: dict[str, Any], manifest: Manifest) -> None:
    (classes,) = [one for one in told["recordSet"] if one["@id"] == "stance-stance-classes"]
    names = manifest.facts.configs[-2].features["stance"]["names"]
    rows = [(row["stance-stance-classes/index"], row["stance-stance-classes/name"]) for row in classes["data"]]
    assert rows == list(enumerate(names))
    (labels,) = [one for one in told["recordSet"] if one["@id"] == "stance"]
    (field,) = [one for one in labels["field"] if one["@id"] == "stance/stance"]
    assert field["references"] == {"field": {"@id": "stance-stance-classes/index"}}
    assert "cr:Label" in field["dataType"]


def test_it_says_which_specifications_it_follows_and_uses_only_their_words(told: dict[str, Any]) -> None:
    assert told["conformsTo"] == ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
    used = {name for one in nodes(told) for name in one}
    assert {name.removeprefix("rai:") for name in used if name.startswith("rai:")} <= set(RAI.split())
    assert {name.removeprefix("prov:") for name in used if name.startswith("prov:")} <= PROV | {"label"}
    for name in used:
        prefix = name.partition(":")[0] if ":" in name else ""
        assert not prefix or prefix in told["@context"], name


def test_what_the_specification_requires_is_there(told: dict[str, Any]) -> None:
    assert told["license"] == "https://spdx.org/licenses/CC-BY-4.0.html"
    assert told["url"] == "https://example.org/d" and told["datePublished"] == "2026-11-23"
    people = [{"@type": "sc:Person", "name": "Ada Moor"}, {"@type": "sc:Organization", "name": "City Desk"}]
    assert told["creator"] == people
    assert {"name", "description", "version", "citeAs", "inLanguage"} <= told.keys()


def test_who_annotated_and_from_what_it_was_derived(told: dict[str, Any], manifest: Manifest) -> None:
    (step,) = [one for one in told["prov:wasGeneratedBy"] if one["prov:label"].startswith("stance:")]
    names = {agent["prov:label"].partition(" ")[0] for agent in step["prov:wasAssociatedWith"]}
    assert names == {rater.name for rater in manifest.facts.campaigns[0].raters}
    assert {agent["@type"] for agent in step["prov:wasAssociatedWith"]} == {"prov:Person"}
    (labels,) = [one for one in told["recordSet"] if one["@id"] == "stance"]
    assert labels["prov:wasDerivedFrom"] == {"@id": "stance_annotations"}
    assert "3" in told["rai:annotationsPerItem"] and "majority" in told["rai:dataAnnotationAnalysis"][0]


def test_simulated_annotators_are_no_persons(manifest: Manifest) -> None:
    raters = [one.model_copy(update={"origin": "simulated"}) for one in manifest.facts.campaigns[0].raters]
    made = manifest.facts.campaigns[0].model_copy(update={"raters": raters, "origins": {"simulated": 36}})
    text = croissant(manifest.model_copy(update={"facts": manifest.facts.model_copy(update={"campaigns": [made]})}))
    told = json.loads(text)
    assert '"prov:Person"' not in text and len(told["rai:machineAnnotationTools"]) == 3
    assert re.search("36 .*by simulated annotators", told["rai:dataAnnotationProtocol"])


def test_what_was_put_back_in_part_says_so_first(manifest: Manifest) -> None:
    facts = manifest.facts.model_copy(update={"kind": "partial", "incomplete": 5})
    told = json.loads(croissant(manifest.model_copy(update={"facts": facts})))
    assert told["description"].startswith("Incomplete. The text of 5 of 12 articles is not here; rehydration.json")
    assert "5 of 12 articles is not here" in told["rai:dataCollectionMissingData"]


def test_a_table_without_rows_is_left_out_and_nothing_points_to_it(manifest: Manifest, tmp_path: Path) -> None:
    configs = [
        one.model_copy(update={"rows": {}, "bytes": {}}) if one.name == "stance" else one
        for one in manifest.facts.configs
    ]
    campaigns = [manifest.facts.campaigns[0].model_copy(update={"units": 0})]
    facts = manifest.facts.model_copy(update={"configs": configs, "campaigns": campaigns})
    told = json.loads(croissant(manifest.model_copy(update={"facts": facts})))
    test_ids_are_one_of_a_kind_and_every_reference_leads_somewhere(told)
    (tmp_path / "croissant.json").write_text(json.dumps(told))
    assert not mlcroissant.Dataset(str(tmp_path / "croissant.json")).metadata.ctx.issues.errors
