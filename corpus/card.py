"""The YAML at the top of a dataset's README: what `load_dataset` reads to find its files."""

from collections.abc import Mapping
from typing import Any


def front_matter(configs: Mapping[str, Mapping[str, str]], descriptions: Mapping[str, str], **facts: Any) -> str:
    """Return the YAML block for `{config: {split: path}}` and the facts of the card.

    Each of `descriptions` has a hash of the config's files. `load_dataset` caches a local folder by its last
    name and this block alone: without the hash, another workspace's rows would come back, or older ones.
    """
    import yaml

    listed: list[dict[str, Any]] = [
        {
            "config_name": name,
            "description": descriptions[name],
            "data_files": [{"split": split, "path": path} for split, path in files.items()],
        }
        for name, files in configs.items()
    ]
    if listed:
        listed[0]["default"] = True
    block: str = yaml.safe_dump(facts | {"configs": listed}, sort_keys=False, allow_unicode=True)
    return f"---\n{block}---\n"
