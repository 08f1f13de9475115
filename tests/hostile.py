"""A run that logs every kind as a stranger with bad intentions would."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.plugins.custom_scalar import layout_pb2

from tests import eventwriter
from tests.eventwriter import START, session, tensor, text
from tests.images import SVG, chunk, png, wav

MARKDOWN = (
    "# <script>window.ran = 1</script>\n"
    "<img src=x onerror='window.ran = 2'>\n\n"
    "[script](javascript:window.ran=3) [page](data:text/html,x) [file](file:///etc/passwd)\n\n"
    "![tracked](https://example.invalid/pixel.png)\n\n"
    "[good](https://example.invalid/) <https://example.invalid/auto>\n\n"
    '| a | b |\n|---|--:|\n| <b>1</b> | " onmouseover="window.ran=4 |\n\n'
    '```"><script>window.ran = 5</script>\ncode </code></pre><script>window.ran = 6</script>\n```\n'
)
BAD_NAME = '"><img src=x onerror="window.ran = 7">'


def image(tag: str, step: int, encoded: bytes) -> Event:
    """An image as torch writes it."""
    held = Summary.Image(height=1, width=1, colorspace=3, encoded_image_string=encoded)
    summary = Summary(value=[Summary.Value(tag=tag, image=held)])
    return Event(wall_time=START + step, step=step, summary=summary)


def sound(tag: str, step: int, encoded: bytes) -> Event:
    """A clip as torch writes it."""
    held = Summary.Audio(encoded_audio_string=encoded, content_type="text/html")
    summary = Summary(value=[Summary.Value(tag=tag, audio=held)])
    return Event(wall_time=START + step, step=step, summary=summary)


def pr_curve(tag: str, step: int, rows: np.ndarray) -> Event:
    """A PR curve, of any shape."""
    proto = TensorProto(dtype=1, tensor_content=rows.astype("<f4").tobytes())
    for size in rows.shape:
        proto.tensor_shape.dim.add(size=size)
    return tensor(tag, step, proto, "pr_curves")


def layout(*charts: tuple[str, Iterable[str]], category: str = "of mine") -> Event:
    """The layout of custom scalars."""
    found = layout_pb2.Layout()
    held = found.category.add(title=category)
    for title, patterns in charts:
        held.chart.add(title=title).multiline.tag.extend(patterns)
    proto = TensorProto(dtype=7, string_val=[found.SerializeToString()])
    return tensor("custom_scalars__config__", 0, proto, "custom_scalars")


def graph(names: Iterable[tuple[str, str]], inputs: Iterable[str] = ()) -> Event:
    """A graph of operations, each fed by the same inputs."""
    found = GraphDef()
    for name, op in names:
        found.node.add(name=name, op=op, input=list(inputs))
    return Event(wall_time=START, graph_def=found.SerializeToString())


def good_rows(n: int = 5) -> np.ndarray:
    """The six rows of a plausible curve."""
    recall = np.linspace(1, 0, n)
    precision = np.linspace(0.5, 1, n)
    return np.stack([10 * recall, 5 * recall, 5 * recall, 10 - 10 * recall, precision, recall])


def events() -> list[Event]:
    """All of it, beside a curve that makes it a run."""
    comment = chunk(b"tEXt", b"Comment\0<script>window.ran = 8</script>")
    return [
        *eventwriter.curve("loss/train", np.linspace(2, 1, 20)),
        session({"name": BAD_NAME, BAD_NAME: 0.5, "api_key": "hunter2"}),
        text("note", 0, MARKDOWN),
        text("note", 1, "# later"),
        text(BAD_NAME, 0, "api_key: hunter2\n\n| password | hunter2 |"),
        text("long", 0, "*a " * 400_000),
        image("drawn", 0, SVG),
        image("polyglot", 0, png(4, 4, comment, after=b"<script>window.ran = 9</script>")),
        image("polyglot", 5, png(5, 5)),
        image("bomb", 0, png(65_000, 65_000)),
        image("page", 0, b"<html><script>window.ran = 10</script>"),
        sound("tone", 0, wav(bytes(4_000))),
        sound("page", 0, b"<html><script>window.ran = 11</script>"),
        pr_curve("curve", 0, good_rows()),
        pr_curve("curve", 3, good_rows()[::-1].copy()),
        pr_curve("flat", 0, np.zeros(7)),
        pr_curve("wide", 0, np.zeros((3, 4))),
        pr_curve("lost", 0, np.full((6, 4), np.nan)),
        layout(
            (BAD_NAME, ["loss/.*"]),
            ("slow", ["(a+)+$", "(a|aa)+$", ".*.*.*.*x", r"(l)\1", "loss(?=/)"]),
            ("broken", ["(", "loss/train"]),
        ),
        graph([("a/b", "Add"), ("a/b/" + BAD_NAME, "<b>Mul</b>"), ("c", "Add")], ["a/b", "c"]),
    ]


def write(folder: Path) -> Path:
    """Write the run below a folder, and what lies beside its file."""
    eventwriter.write(folder / "run", events())
    (folder / "run" / "projector_config.pbtxt").write_text(
        "embeddings {\n tensor_name: 'x'\n}\nembeddings {\n}\n"
    )
    (folder / "run" / "plugins" / "profile" / "2026_11_22").mkdir(parents=True)
    return folder
