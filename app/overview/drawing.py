"""
A pygal drawing made ours: no script and no style in it, layers and marks named for overview.css, each mark with its words.
"""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from markupsafe import Markup

UP, DOWN, CROSS, SQUARE = "m-4 3 h8 l-4 -7 z", "m-4 -3 h8 l-4 7 z", "m-3.5 -3.5 l7 7 m0 -7 l-7 7", "m-2.5 -2.5 h5 v5 h-5 z"
SHAPES = {"high": UP, "low": DOWN, "unreadable": CROSS, "words": SQUARE}  # besides colour; all else is a circle
LABEL_DROP = 17.7  # drawing units that pygal writes the label of a line too low, by the size of a font that is not in use here
LINE_LENGTH = 64  # characters of a line of words across a drawing, in a wide font
LABEL_HEIGHT = 10.0  # drawing units between the labels of two lines

Node = Any


def cleaned(root: Node, kinds: list[str], label: str) -> Node:
    """The drawing without what pygal adds for its own script; `kinds` names the layers in their order, `label` the drawing."""
    for tag in ("defs", "title"):
        root.remove(root.find(f"{{*}}{tag}"))
    for comment in [one for one in root if not isinstance(one.tag, str)]:
        root.remove(comment)
    del root.attrib["id"]
    root.attrib.update({"role": "group", "aria-label": label})
    graph = root.find("{*}g")
    for child in list(graph):
        if child.get("class") == "titles" or "tooltip" in child.get("class", ""):
            graph.remove(child)
    for layer in _of_class(root, "series"):
        layer.set("class", f"layer {kinds[int(layer.get('class').split()[1].removeprefix('serie-'))]}")
    for dots in _of_class(root, "dots"):
        _shape(dots)
    for guides in _of_class(root, "guides"):
        guides.remove(guides.find("{*}title"))
    _spread(_of_class(root, "label"))
    return root


def _of_class(root: Node, name: str) -> list[Node]:
    return [one for one in root.iter() if isinstance(one.tag, str) and one.get("class", "").split(" ")[0] == name]


def _shape(dots: Node) -> None:
    """One mark: a form for its kind, and its words as lines that appear while it has the focus or the pointer."""
    mark = dots.find("{*}circle")
    for child in list(dots):
        if child is not mark:
            dots.remove(child)
    if "aria-label" not in mark.attrib:  # the end of a line
        dots.remove(mark)
        return
    form = next((form for kind, form in SHAPES.items() if kind in mark.get("class").split()), None)
    if form is not None:
        mark.tag = mark.tag.replace("circle", "path")
        mark.set("d", f"M{mark.attrib.pop('cx')} {mark.attrib.pop('cy')} {form}")
        del mark.attrib["r"]
    lines = [line for part in ("data-value", "data-source") for line in wrap(mark.attrib.pop(part), LINE_LENGTH)]
    for above, words in zip(range(len(lines) - 1, -1, -1), lines, strict=True):
        line = dots.makeelement("text", {"class": "read", "x": "0", "y": f"{-4 - 9 * above}", "aria-hidden": "true"})
        line.text = words
        dots.append(line)


def _spread(labels: list[Node]) -> None:
    """The labels of lines beside their lines, none over another."""
    free = float("inf")
    for label in sorted(labels, key=lambda one: -float(one.get("y"))):
        free = min(float(label.get("y")) - LABEL_DROP, free)
        label.set("y", f"{free:.1f}")
        free -= LABEL_HEIGHT


def samples() -> dict[str, Markup]:
    """One mark or line of each kind, for the key."""
    across, down = "M-8 0 h16", "M0 -8 v16"
    lines = (("limit", across), ("baseline", across), ("band", "M-8 -5 h16 v10 h-16 z"), ("infusion", down), ("today", down))
    circles = (("value", "done"), ("open", "open"), ("evidence", "done evidence"))
    found = {name: f'<path class="mark {name}" d="M0 0 {form}"/>' for name, form in SHAPES.items()}
    found |= {name: f'<circle class="mark {kinds}" r="3"/>' for name, kinds in circles}
    found |= {name: f'<g class="layer {name}"><path d="{form}"/></g>' for name, form in lines}
    return {name: Markup(form) for name, form in found.items()}  # noqa: S704  nothing from outside
