"""Encoded images → pictures that are safe to show: known by their first bytes, of a sane size.

PNG, JPEG, GIF and WebP are taken; nothing is believed but the bytes themselves. An SVG is a
document with scripts and never taken. A PNG loses all chunks but those that draw it, and what
follows its end. Large images become thumbnails where Pillow is installed; else they stay whole.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

from tbreport.exhibits import Picture

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_SIDE = 16_384  # px; WebP's own limit
MOST_PIXELS = 1 << 24  # 64 MB once a browser has decoded them
LARGE = 60_000  # bytes, from which an image becomes a thumbnail
THUMBNAIL = 512  # px of its longer side

PNG_START = b"\x89PNG\r\n\x1a\n"
DRAWING_CHUNKS = (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT")

Size = tuple[int, int]  # width, height


def picture(encoded: bytes) -> Picture:
    """The picture that an encoded image is.

    Raises:
        ValueError: it cannot be shown; the message says why.
    """
    media = next((media for media, (starts, _) in FORMATS.items() if starts(encoded)), "")
    if not media:
        is_svg = b"<svg" in encoded[:1024].lower()
        raise ValueError(
            "an SVG may run scripts" if is_svg else "it is neither PNG, JPEG, GIF nor WebP"
        )
    try:
        width, height = FORMATS[media][1](encoded)
    except (struct.error, IndexError):
        raise ValueError(f"the {media.partition('/')[2].upper()} is cut off") from None
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise ValueError(f"it claims {width:,} × {height:,} pixels")
    if width * height > MOST_PIXELS:
        raise ValueError(f"{width:,} × {height:,} pixels are too many to show")
    if media == "image/png":
        encoded = drawing_chunks(encoded)
    if len(encoded) > LARGE:
        small = thumbnail(encoded)
        if small is not None and len(small[1]) < len(encoded):
            return Picture(small[0], small[1], width, height, is_reduced=True)
    return Picture(media, encoded, width, height)


def png_size(encoded: bytes) -> Size:
    if encoded[12:16] != b"IHDR":
        raise ValueError("the PNG does not begin with its header")
    width, height = struct.unpack_from(">II", encoded, 16)
    return width, height


def gif_size(encoded: bytes) -> Size:
    width, height = struct.unpack_from("<HH", encoded, 6)
    return width, height


def jpeg_size(encoded: bytes) -> Size:
    """From the frame header (ITU T.81, B.2.2), the segments before it skipped."""
    at = 2
    while True:
        if encoded[at] != 0xFF:
            raise ValueError("the JPEG has no frame header")
        marker = encoded[at + 1]
        if marker == 0xFF:  # fill
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", encoded, at + 5)
            return width, height
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:  # without a length
            at += 2
        else:
            at += 2 + max(2, struct.unpack_from(">H", encoded, at + 2)[0])


def webp_size(encoded: bytes) -> Size:
    """From the first chunk: lossy, lossless or extended (RFC 9649)."""
    chunk = encoded[12:16]
    if chunk == b"VP8X":
        wide, high = encoded[24:27], encoded[27:30]
        return int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1
    if chunk == b"VP8L":
        bits = struct.unpack_from("<I", encoded, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        width, height = struct.unpack_from("<HH", encoded, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("the WebP has no picture")


FORMATS: dict[str, tuple[Callable[[bytes], bool], Callable[[bytes], Size]]] = {
    "image/png": (lambda found: found.startswith(PNG_START), png_size),
    "image/jpeg": (lambda found: found.startswith(b"\xff\xd8\xff"), jpeg_size),
    "image/gif": (lambda found: found.startswith((b"GIF87a", b"GIF89a")), gif_size),
    "image/webp": (lambda found: found[:4] == b"RIFF" and found[8:12] == b"WEBP", webp_size),
}


def drawing_chunks(encoded: bytes) -> bytes:
    """A PNG without comments, times, profiles and animation, and without what follows its end.

    Raises:
        ValueError: a chunk is cut off.
    """
    kept, at, kind = [PNG_START], len(PNG_START), b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", encoded.ljust(at + 8, b"\0"), at)
        end = at + 12 + length
        if end > len(encoded):
            raise ValueError("the PNG is cut off")
        if kind in DRAWING_CHUNKS:
            kept.append(encoded[at:end])
        at = end
    return b"".join(kept)


def thumbnail(encoded: bytes) -> tuple[str, bytes] | None:
    """Media type and bytes of a smaller image; None without Pillow, or where that gives up."""
    try:
        from PIL import Image
    except ImportError:
        return None
    written = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(encoded), formats=("PNG", "JPEG", "GIF", "WEBP")) as image:
                if image.width * image.height > MOST_PIXELS:
                    return None
                is_clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
                small = of_bytes(image).convert("RGBA" if is_clear else "RGB")
                small.thumbnail((THUMBNAIL, THUMBNAIL))
                if is_clear:
                    small.save(written, "PNG", optimize=True)
                    return "image/png", written.getvalue()
                small.save(written, "JPEG", quality=85)
                return "image/jpeg", written.getvalue()
    except Exception:  # decoders of damaged images raise whatever they stumble over
        return None


def of_bytes(image: Image) -> Image:
    """The image with levels of 0 to 255; Pillow cuts those of 16 bits of gray at 255."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda level: level * (1 / 257)).convert("L")
