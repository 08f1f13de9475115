"""Images, sounds and graphs for tests, made byte by byte: sound ones and hostile ones."""

from __future__ import annotations

import struct
import zlib


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 2, height: int = 2, *extra: bytes, after: bytes = b"") -> bytes:
    """A gray PNG whose pixels are drawn only up to 64 × 64; `extra` chunks stand before them."""
    rows = b"".join(b"\0" + bytes(min(width, 64)) for _ in range(min(height, 64)))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + pixels + chunk(b"IEND", b"") + after


def jpeg(width: int = 3, height: int = 2) -> bytes:
    """The headers of a JPEG: an application segment, then the frame."""
    segment = b"\xff\xe0" + struct.pack(">H", 6) + b"JFIF"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + segment + frame + b"\xff\xd9"


def gif(width: int = 5, height: int = 4) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b";"


def webp(width: int = 7, height: int = 6) -> bytes:
    """An extended WebP's first chunk."""
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + sizes
    return b"RIFF" + struct.pack("<I", len(body)) + body


def wav(samples: bytes, *, rate: int = 8_000, channels: int = 1, bits: int = 16) -> bytes:
    """A RIFF WAVE of plain integers."""
    block = channels * bits // 8
    layout = struct.pack("<HHIIHH", 1, channels, rate, rate * block, block, bits)
    body = b"WAVEfmt " + struct.pack("<I", 16) + layout
    body += b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>window.ran = 1</script></svg>'
