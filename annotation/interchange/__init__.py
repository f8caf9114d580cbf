"""Files of other annotation projects, to and from our rows; what a file breaks is told, never dropped.

`FORMATS` names them all; each declares how it counts and what it can't carry.
"""

from collections.abc import Sequence
from pathlib import Path

from annotation.interchange import appraise, google_mqm, label_studio, mt_metrics_eval, pearmut, semeval, xstance
from annotation.interchange.formats import Format, suffixes
from annotation.interchange.lines import head_of
from annotation.interchange.losses import Loss, fit
from annotation.interchange.rows import IMPORTED, Collector, Ratings
from annotation.schemes import load
from annotation.schemes.scheme import Scheme
from corpus.errors import WirecopyError

__all__ = ["FORMATS", "Format", "Loss", "Ratings", "check_fit", "fit", "guess", "losses", "named", "read", "write"]

FORMATS: dict[str, Format] = {
    module.FORMAT.name: module.FORMAT
    for module in (google_mqm, mt_metrics_eval, appraise, pearmut, semeval, xstance, label_studio)
}


def read(
    path: Path, form: str, scheme: Scheme | None = None, *, campaign: str = IMPORTED, languages: Sequence[str] = ()
) -> Ratings:
    """Read a file of ratings; `languages` are those of its texts, where the file itself does not tell.

    Without a scheme it is the first built-in one that the format is for. Raises WirecopyError where the
    scheme does not fit, or the file is nothing of the kind.
    """
    one = named(form)
    asked = scheme or load(one.schemes[0], Path())
    check_fit(one, asked)
    if languages and len(languages) != len(asked.sides):
        wanted = " and ".join(asked.sides)
        told = f"languages {'-'.join(languages)}: the scheme '{asked.id}' shows {wanted}"
        raise WirecopyError(told, hint=f"--languages {'en-de' if len(asked.sides) > 1 else 'en'}")
    into = Collector(asked, campaign, languages)
    one.read(path, into, one)
    return into.ratings()


def write(ratings: Ratings, path: Path, form: str) -> None:
    """Write what of some ratings a format carries; `losses` tells before what is left out."""
    one = named(form)
    check_fit(one, ratings.scheme)
    one.write(fit(ratings, one)[0], path, one)


def losses(ratings: Ratings, form: str) -> list[Loss]:
    """Return what of some ratings a format can't carry: what, how often, and the first example."""
    one = named(form)
    check_fit(one, ratings.scheme)
    return fit(ratings, one)[1]


def named(form: str) -> Format:
    """Return a format by its name."""
    if form not in FORMATS:
        raise WirecopyError(f"no format is called '{form}'", hint=f"use one of {', '.join(FORMATS)}")
    return FORMATS[form]


def guess(path: Path) -> str:
    """Return the format of a file by what it holds.

    Raises WirecopyError where it could be none or several of them.
    """
    head = head_of(path)
    found = [form for form in FORMATS.values() if form.knows(path, head)]
    if len(found) != 1:
        told = f"it could be {suffixes(found)}" if found else "it looks like none of them"
        raise WirecopyError(f"{path}: unknown format: {told}", hint=f"name it, one of {', '.join(FORMATS)}")
    return found[0].name


def check_fit(form: Format, scheme: Scheme) -> None:
    """Raise WirecopyError where a scheme does not fit a format."""
    if told := form.misfit(scheme):
        raise WirecopyError(
            f"the scheme '{scheme.id}' does not fit {form.name}: {told}",
            hint=f"use the scheme {' or '.join(form.schemes)}, or one of your own with the same questions",
        )
