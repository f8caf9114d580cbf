"""The page: one HTML file with everything in it, which asks nobody for anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from annotation.report.content import Section
from corpus.output import plain

if TYPE_CHECKING:
    from jinja2 import Template

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True)
class Head:
    """What stands above all sections; `warnings` say whose labels these are where they are not people's."""

    title: str
    workspace: str
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...] = ()


def html(head: Head, sections: Sequence[Section]) -> str:
    """Return the page; all texts are escaped, drawings alone are markup already."""
    from markupsafe import Markup

    style = Markup(files("annotation.report").joinpath("page.css").read_text(encoding="utf-8"))
    return _template().render(head=head, sections=sections, style=style, policy=POLICY, drawing=Markup)


@lru_cache(maxsize=1)
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("annotation.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja")


def _visible(value: Any) -> Any:
    """Return a text without signs that turn its neighbours round; what is markup already stays."""
    return plain(value) if type(value) is str else value
