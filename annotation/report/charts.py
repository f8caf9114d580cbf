"""Charts as static SVG without a script: Altair draws, vl-convert renders, and colours become classes.

A colour in a specification stands for a name; the style sheet of the page says what it is by day, by
night and on paper. The palette is that of Okabe and Ito, "Color Universal Design" (2008), which people
with any kind of colour vision can tell apart.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from annotation.report.content import name
from corpus.output import plain

INK, MUTED, LINE = "#1f2328", "#5a636d", "#d6dae0"
PALETTE = {
    "blue": "#0072b2",
    "vermillion": "#d55e00",
    "green": "#009e73",
    "orange": "#e69f00",
    "sky": "#56b4e9",
    "purple": "#cc79a7",
    "grey": "#8a929c",
    "pale": "#b9c0c9",
    "faint": "#dde1e6",
}
CLASSES = {INK: "ink", MUTED: "muted", LINE: "line"} | {color: kind for kind, color in PALETTE.items()}
ORDER = ("blue", "vermillion", "green", "orange", "sky", "purple", "grey", "pale")
# Answers whose colours say what they mean; all others take theirs from ORDER.
MEANING = {
    **{"strongly_favor": "blue", "favor": "sky", "balanced": "grey", "mixed": "grey"},
    **{"against": "orange", "strongly_against": "vermillion"},
    **{"discusses": "pale", "none": "pale", "unrelated": "faint", "cannot_tell": "purple"},
    **{"neutral": "pale", "minor": "orange", "major": "vermillion", "critical": "purple"},
}
FONT = "Liberation Sans"  # comes with the renderer, so that widths are the same everywhere
WIDTH, STEP, LABELS, MOST_LINES = 620, 26, 200, 8
TAGS = {"svg", "g", "path", "line", "rect", "text"}
KEPT = {
    *("d", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "viewBox", "text-anchor", "font-size"),
    *("stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-miterlimit", "opacity"),
}


def colors(names: Sequence[str]) -> list[str]:
    """Return a colour for each answer: that of its meaning where all have one, else the palette's order."""
    if all(one in MEANING for one in names):
        return [PALETTE[MEANING[one]] for one in names]
    return [PALETTE[ORDER[at % len(ORDER)]] for at in range(len(names))]


def stacked(
    rows: Sequence[tuple[str, Sequence[float]]], kinds: Sequence[str], palette: Sequence[str], *, axis: str, alt: str,
    share: bool = False,
) -> str:  # fmt: skip
    """Return bars of one row each, made of one piece for each kind; `share` says that they end at 1."""
    import altair as draw

    labels, legend = distinct(row for row, _ in rows), distinct(kinds)
    values = [
        {"row": label, "kind": kind, "value": float(value), "at": at}
        for label, (_, given) in zip(labels, rows, strict=True)
        for at, (kind, value) in enumerate(zip(legend, given, strict=True))
        if value
    ]
    scale = draw.Scale(domain=[0, 1]) if share else draw.Undefined
    chart = (
        draw.Chart(draw.InlineData(values=values))
        .mark_bar(height={"band": 0.72})
        .encode(
            x=draw.X(
                "value:Q",
                scale=scale,
                axis=draw.Axis(
                    title=plain(axis), format="%" if share else ",d", tickCount=5, tickMinStep=0.2 if share else 1
                ),
            ),
            y=draw.Y("row:N", sort=labels, scale=draw.Scale(domain=labels), axis=_names()),
            color=draw.Color("kind:N", scale=draw.Scale(domain=legend, range=list(palette)), legend=_legend(legend)),
            order=draw.Order("at:Q"),
        )
    )
    return _svg(chart, alt, height=STEP * len(labels))


def intervals(rows: Sequence[tuple[str, float | None, float | None, float | None]], *, axis: str, alt: str) -> str:
    """Return a point with its interval for each `(row, value, low, high)`; rows without a value stay bare."""
    import altair as draw

    labels = distinct(row for row, *_ in rows)
    values = [
        {"row": label, "value": value, "low": value if low is None else low, "high": value if high is None else high}
        for label, (_, value, low, high) in zip(labels, rows, strict=True)
        if value is not None
    ]
    base = draw.Chart(draw.InlineData(values=values)).encode(
        y=draw.Y("row:N", sort=labels, scale=draw.Scale(domain=labels), axis=_names())
    )
    scale = draw.Scale(zero=False, nice=True)
    whisker = base.mark_rule(color=PALETTE["blue"], strokeWidth=2).encode(
        x=draw.X("low:Q", scale=scale, axis=draw.Axis(title=plain(axis), tickCount=6)), x2="high:Q"
    )
    point = base.mark_point(filled=True, size=70, color=PALETTE["blue"], opacity=1).encode(x="value:Q")
    return _svg(draw.layer(whisker, point), alt, height=STEP * len(labels))


def histogram(bins: Sequence[tuple[str, float]], *, axis: str, counts: str, alt: str) -> str:
    """Return upright bars, one for each `(label, count)`."""
    import altair as draw

    labels = distinct(label for label, _ in bins)
    values = [{"bin": label, "count": float(count)} for label, (_, count) in zip(labels, bins, strict=True)]
    turned = 0 if max((len(one) for one in labels), default=0) * len(labels) < 80 else -45
    chart = (
        draw.Chart(draw.InlineData(values=values))
        .mark_bar(color=PALETTE["blue"], width={"band": 0.86})
        .encode(
            x=draw.X(
                "bin:N", sort=labels, axis=draw.Axis(title=plain(axis), labelAngle=turned, ticks=False, grid=False)
            ),
            y=draw.Y(
                "count:Q",
                axis=draw.Axis(title=plain(counts), tickCount=4, tickMinStep=1, format=",d", domain=False, ticks=False),
            ),
        )
    )
    return _svg(chart, alt, height=190)


def lines(rows: Mapping[str, Sequence[float | None]], *, axis: str, value: str, alt: str) -> str:
    """Return a line for each name over the steps 1, 2, ...; steps without a value are gaps."""
    import altair as draw

    legend = distinct(rows)
    values = [
        {"row": label, "step": step, "value": one}
        for label, given in zip(legend, rows.values(), strict=True)
        for step, one in enumerate(given, 1)
        if one is not None
    ]
    palette = [PALETTE[one] for one in ORDER[: len(legend)]]
    base = draw.Chart(draw.InlineData(values=values)).encode(
        x=draw.X("step:O", axis=draw.Axis(title=plain(axis), labelAngle=0, grid=False)),
        y=draw.Y("value:Q", axis=draw.Axis(title=plain(value), tickCount=4, domain=False, ticks=False)),
        color=draw.Color("row:N", scale=draw.Scale(domain=legend, range=palette), legend=_legend(legend)),
    )
    chart = draw.layer(base.mark_line(strokeWidth=2), base.mark_point(filled=True, size=36, opacity=1))
    return _svg(chart, alt, height=200)


def distinct(labels: Any) -> list[str]:
    """Return names fit for a chart, each once: what is cut alike gets a number."""
    seen: dict[str, int] = {}
    found = []
    for label in map(name, labels):
        seen[label] = seen.get(label, 0) + 1
        found.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return found


def _names() -> Any:
    import altair as draw

    return draw.Axis(title=None, labelLimit=LABELS, ticks=False, domain=False, grid=False, labelPadding=8)


def _legend(labels: Sequence[str]) -> Any:
    import altair as draw

    room = max(1, min(len(labels), WIDTH // (7 * max((len(one) for one in labels), default=1) + 34)))
    return draw.Legend(title=None, orient="top", columns=room, symbolType="square", labelLimit=260, columnPadding=16)


def _svg(chart: Any, alt: str, *, height: int) -> str:
    import vl_convert

    quiet = {"labelColor": INK, "titleColor": MUTED, "labelFont": FONT, "titleFont": FONT, "titleFontWeight": "normal"}
    sizes = {"labelFontSize": 13, "titleFontSize": 13}
    axis = quiet | sizes | {"gridColor": LINE, "domainColor": LINE, "tickColor": LINE}
    spec = (
        chart.properties(width=WIDTH, height=max(height, STEP), autosize={"type": "fit-x", "contains": "padding"})
        .configure(
            aria=False, background="transparent", font=FONT, padding={"left": 4, "right": 12, "top": 4, "bottom": 4}
        )
        .configure_view(stroke=None)
        .configure_axis(**axis)
        .configure_legend(**quiet, **sizes, symbolSize=120)
        .to_dict()
    )
    return _tidy(vl_convert.vegalite_to_svg(spec), alt)


def _tidy(drawn: str, alt: str) -> str:
    """Return a drawing of known elements and attributes alone, its colours as classes, its text in the page's font."""
    from lxml import etree

    root = etree.fromstring(drawn.encode(), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    for one in list(root.iter()):
        kind = etree.QName(one).localname if isinstance(one.tag, str) else ""
        if kind not in TAGS or one.get("display") == "none" or (kind in ("path", "rect") and not _drawn(one)):
            one.getparent().remove(one)
            continue
        known = {key: value for key, value in one.attrib.items() if key in KEPT and (key, value) != ("opacity", "1")}
        classes = [
            f"{part}-{CLASSES.get(value.lower(), 'ink')}"
            for part in ("fill", "stroke")
            if (value := one.get(part)) and value not in ("none", "transparent")
        ]
        one.attrib.clear()
        one.attrib.update(known | ({"class": " ".join(classes)} if classes else {}))
        if kind in ("path", "line") and not any(mark.startswith("fill") for mark in classes):
            one.set("fill", "none")
    width, height = root.get("width"), root.get("height")
    root.attrib.update({"role": "img", "aria-label": plain(alt), "width": width, "height": height})
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode")).replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)


def _drawn(one: Any) -> bool:
    seen = [value for part in ("fill", "stroke") if (value := one.get(part)) not in (None, "none", "transparent")]
    return bool(seen) and one.get("d") != ""
