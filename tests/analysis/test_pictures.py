"""Encoded images: known by their bytes, refused where they may do harm."""

from __future__ import annotations

import io

import numpy as np
import pytest

from tbreport.analysis import pictures
from tbreport.analysis.pictures import picture
from tests.images import SVG, chunk, gif, jpeg, png, webp


@pytest.mark.parametrize(
    ("encoded", "media", "size"),
    [
        (png(4, 3), "image/png", (4, 3)),
        (jpeg(640, 480), "image/jpeg", (640, 480)),
        (gif(5, 4), "image/gif", (5, 4)),
        (webp(7, 6), "image/webp", (7, 6)),
    ],
)
def test_a_picture_is_known_by_its_bytes(encoded: bytes, media: str, size: tuple[int, int]) -> None:
    found = picture(encoded)

    assert (found.media, (found.width, found.height)) == (media, size)


@pytest.mark.parametrize(
    ("encoded", "why"),
    [
        (SVG, "SVG may run scripts"),
        (b'<?xml version="1.0"?>' + SVG, "SVG may run scripts"),
        (b"<html><script>1</script>", "neither PNG"),
        (b"", "neither PNG"),
        (b"\x89PNG\r\n\x1a\n", "does not begin with its header"),
        (png()[:20], "cut off"),
        (png()[:-6], "cut off"),
        (b"\xff\xd8\xff\xe0", "cut off"),
        (b"\xff\xd8\xff\x00\x00\x04" + SVG, "no frame header"),
        (b"GIF89a", "cut off"),
        (b"RIFF\0\0\0\0WEBPEVIL" + bytes(20), "has no picture"),
        (png(0, 5), "claims 0 × 5 pixels"),
        (png(65_535, 65_535), "claims 65,535 × 65,535 pixels"),
        (png(16_000, 16_000), "too many to show"),
    ],
)
def test_what_cannot_be_shown_says_why(encoded: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        picture(encoded)


def test_a_png_keeps_only_what_draws_it() -> None:
    comment = chunk(b"tEXt", b"Comment\0<script>window.ran = 1</script>")
    found = picture(png(4, 3, comment, after=SVG))

    assert found.encoded == png(4, 3)


def test_a_jpeg_whose_segments_have_no_length_ends() -> None:
    with pytest.raises(ValueError, match="cut off"):
        picture(b"\xff\xd8\xff\xe1\x00\x00" + b"\xff\xe1\x00\x00" * 50)


def test_a_large_image_becomes_a_thumbnail() -> None:
    image = pytest.importorskip("PIL.Image")
    noise = image.effect_noise((900, 700), 90).convert("RGB")
    written = io.BytesIO()
    noise.save(written, "PNG")
    found = picture(written.getvalue())

    assert found.is_reduced
    assert (found.width, found.height) == (900, 700)
    assert image.open(io.BytesIO(found.encoded)).size == (512, 398)
    assert len(found.encoded) < len(written.getvalue())


def test_a_thumbnail_of_16_bits_of_gray_keeps_its_levels() -> None:
    image = pytest.importorskip("PIL.Image")
    levels = np.random.default_rng(0).integers(0, 30_000, (600, 600)).astype("<u2")
    levels[:, 300:] += 30_000
    written = io.BytesIO()
    image.fromarray(levels).save(written, "PNG")
    found = picture(written.getvalue())

    shown = np.asarray(image.open(io.BytesIO(found.encoded)).convert("L"))
    assert found.is_reduced
    assert shown[:, :250].mean() == pytest.approx(15_000 / 257, abs=3)
    assert shown[:, 262:].mean() == pytest.approx(45_000 / 257, abs=3)


def test_a_clear_image_stays_clear_as_a_thumbnail() -> None:
    image = pytest.importorskip("PIL.Image")
    noise = image.effect_noise((900, 700), 90)
    written = io.BytesIO()
    image.merge("RGBA", (noise, noise, noise, noise)).save(written, "PNG")

    assert picture(written.getvalue()).media == "image/png"


def test_a_damaged_large_image_stays_as_it_is() -> None:
    damaged = png(600, 600, *[chunk(b"PLTE", bytes(50_000))] * 2)

    assert not picture(damaged).is_reduced
    assert pictures.thumbnail(b"\xff\xd8\xff" + bytes(100)) is None
