"""Numbers drawn as small images, uint8 [height, width, 3]: for the event file, not for print."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from torch import Tensor

Pixels = npt.NDArray[np.uint8]  # [height, width, 3]

CELL = 28  # pixels of a cell of the confusion matrix
TILE = 32  # pixels of a sample
COLUMNS = 8
BORDER = 3  # pixels
LINE, CHARACTER, TEXT_WIDTH = 14, 9, 480  # pixels, of texts
RIGHT, WRONG = (70, 150, 90), (200, 80, 60)
INK, PAPER = (40, 40, 40), (255, 255, 255)


def confusion_matrix(table: npt.NDArray[np.int64], classes: tuple[str, ...]) -> Pixels:
    """True classes as rows, predicted ones as columns; the darker, the larger share of the row."""
    n = len(table)
    margin = 8 + 7 * max(map(len, classes))
    canvas = Image.new("RGB", (margin + CELL * n, CELL * (n + 1)), PAPER)
    draw = ImageDraw.Draw(canvas)
    for row in range(n):
        name = drawable(classes[row])
        draw.text((4, CELL * (row + 1) + 8), name, INK)
        draw.text((margin + CELL * row + 4, 8), name[:4], INK)
        for column in range(n):
            count = int(table[row, column])
            share = count / max(1, int(table[row].sum()))
            left, top = margin + CELL * column, CELL * (row + 1)
            shade = tuple(round(255 - share * (255 - full)) for full in (30, 90, 160))
            draw.rectangle((left, top, left + CELL - 2, top + CELL - 2), fill=shade)
            if count:
                draw.text((left + 4, top + 8), str(count), PAPER if share > 0.5 else INK)
    return np.asarray(canvas)


def predicted_texts(lines: Sequence[str], right: Sequence[bool]) -> Pixels:
    """A line for each text, cut off at the edge, behind a green or red mark."""
    canvas = Image.new("RGB", (TEXT_WIDTH, LINE * len(lines)), PAPER)
    draw = ImageDraw.Draw(canvas)
    for row, (line, is_right) in enumerate(zip(lines, right, strict=True)):
        mark = RIGHT if is_right else WRONG
        draw.rectangle((0, LINE * row, BORDER, LINE * (row + 1) - 2), fill=mark)
        draw.text((4 * BORDER, LINE * row), drawable(line), INK)
    return np.asarray(canvas)


def predicted_characters(rows: Sequence[str], right: npt.NDArray[np.bool_]) -> Pixels:
    """Texts of one length, each character on green or red by whether it was foreseen."""
    canvas = Image.new("RGB", (CHARACTER * len(rows[0]), LINE * len(rows)), PAPER)
    draw = ImageDraw.Draw(canvas)
    for row, text in enumerate(rows):
        for column, character in enumerate(drawable(text)):
            left, top = CHARACTER * column, LINE * row
            mark = RIGHT if right[row, column] else WRONG
            draw.rectangle((left, top, left + CHARACTER - 1, top + LINE - 2), fill=mark)
            draw.text((left + 1, top), character, PAPER)
    return np.asarray(canvas)


def drawable(text: str) -> str:
    """The text on one line, with a question mark for what not every font has."""
    return "".join(char if " " <= char <= "~" else " " if char.isspace() else "?" for char in text)


def predicted_images(inputs: Tensor, logits: Tensor, targets: Tensor) -> Pixels:
    """The first images, each in a green or red frame, by whether the prediction is right."""
    shown = inputs[: 4 * COLUMNS]
    right = (logits.argmax(dim=1) == targets)[: len(shown)]
    return grid(shown, [RIGHT if is_right else WRONG for is_right in right.tolist()])


def grid(images: Tensor, frames: list[tuple[int, int, int]] | None = None) -> Pixels:
    """Images [n, channels, height, width], stretched to the whole range each, in rows of eight."""
    size = TILE + 2 * BORDER
    rows = -(-len(images) // COLUMNS)
    canvas = Image.new("RGB", (size * COLUMNS, size * rows), PAPER)
    for index, image in enumerate(images.detach().float().cpu().numpy()):
        left, top = size * (index % COLUMNS), size * (index // COLUMNS)
        if frames is not None:
            canvas.paste(frames[index], (left, top, left + size, top + size))
        low, high = float(image.min()), float(image.max())
        levels = (255 * (image - low) / max(high - low, 1e-9)).astype(np.uint8)
        pixels = np.broadcast_to(levels, (3, *levels.shape[1:])).transpose(1, 2, 0)
        tile = Image.fromarray(pixels.copy()).resize((TILE, TILE), Image.Resampling.NEAREST)
        canvas.paste(tile, (left + BORDER, top + BORDER))
    return np.asarray(canvas)


def fitted_points(inputs: Tensor, outputs: Tensor, targets: Tensor) -> Pixels:
    """The points in gray, the line through them in green; the axes are those of the points."""
    x, y, fitted = (
        tensor.flatten().double().cpu().numpy() for tensor in (inputs, targets, outputs)
    )
    canvas = Image.new("RGB", (240, 160), PAPER)
    draw = ImageDraw.Draw(canvas)

    def place(along: float, up: float) -> tuple[float, float]:
        width = 10 + 220 * (along - x.min()) / max(float(np.ptp(x)), 1e-9)
        return width, 150 - 140 * (up - y.min()) / max(float(np.ptp(y)), 1e-9)

    for across, up in zip(x, y, strict=True):
        left, top = place(across, up)
        draw.ellipse((left - 1, top - 1, left + 1, top + 1), fill=(150, 150, 150))
    if np.isfinite(fitted).all():
        ends = [int(x.argmin()), int(x.argmax())]
        draw.line([place(x[end], fitted[end]) for end in ends], fill=RIGHT, width=2)
    return np.asarray(canvas)
