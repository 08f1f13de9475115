"""What the page's templates ask for images, sounds, texts, PR curves and hyper-parameters."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from tbreport import wording
from tbreport.exhibits import Clip, Picture
from tbreport.report import prcurves, relations
from tbreport.report.scales import Frame
from tbreport.report.showcase import Parallel, PrFrame, Scatter
from tbreport.report.theme import light

PR_SIZE = (460, 340)  # px


def filters(colors: Mapping[str, int]) -> dict[str, Callable[..., Any]]:
    """The filters of `exhibits.html.j2`; runs are numbered as the page numbers them."""
    places = {run: place for place, run in enumerate(colors)}

    def pr_drawing(frame: PrFrame) -> Markup:
        return Markup(prcurves.drawing(frame, places, colors, *PR_SIZE))

    def parallel_drawing(found: Parallel) -> Markup:
        return Markup(relations.parallel(found, places))

    def scatter_drawing(found: Scatter) -> Markup:
        return Markup(relations.scatter(found, places, colors, 240, 160))

    return {
        "duration": wording.duration,
        "markdown": markdown,
        "parallel_drawing": parallel_drawing,
        "pr_drawing": pr_drawing,
        "scatter_drawing": scatter_drawing,
        "source": source,
        "wave": wave,
    }


def pr_area() -> str:
    """Where the sides of a picture's plot lie: left, top, right and floor, px."""
    area = Frame(*PR_SIZE, (0.0, 1.0), (0.0, 1.0))
    return f"{area.left} {area.top} {area.width - area.right} {area.floor}"


def markdown(words: str) -> Markup:
    from tbreport.report.texts import to_html  # a tenth of a second that most pages do not need

    return Markup(to_html(words))


def source(found: Picture | Clip) -> str:
    """The address of content that lies in the page itself."""
    return f"data:{found.media};base64,{base64.b64encode(found.encoded).decode('ascii')}"


def wave(clip: Clip) -> Markup:
    """The loudness of a clip over its time, for the eye."""
    bars = "".join(
        f"M{place * 2 + 1} {18 - 17 * peak:.1f}V{18 + 17 * peak:.1f}"
        for place, peak in enumerate(clip.peaks)
    )
    return Markup(
        f'<svg class="wave" viewBox="0 0 {2 * len(clip.peaks)} 36" preserveAspectRatio="none"'
        f' width="240" height="36" aria-hidden="true"><path stroke="{light("edge")}" d="{bars}"/>'
        "</svg>"
    )
