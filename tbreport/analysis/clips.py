"""Encoded sounds → clips that a browser's own player takes, known by their first bytes."""

from __future__ import annotations

import struct

import numpy as np

from tbreport.exhibits import Clip
from tbreport.model import Float64s

PEAKS = 120  # bars of the drawn wave
PCM = 1  # WAVE_FORMAT_PCM: plain integers
EXTENSIBLE = 0xFFFE  # the coding stands further back
LARGEST_COUNTS = {1: 128.0, 2: 32_768.0, 4: 2_147_483_648.0}  # by bytes of a sample

SIGNATURES: tuple[tuple[str, int, bytes], ...] = (
    ("audio/wav", 8, b"WAVE"),
    ("audio/ogg", 0, b"OggS"),
    ("audio/flac", 0, b"fLaC"),
    ("audio/mpeg", 0, b"ID3"),
    ("audio/mpeg", 0, b"\xff\xfb"),
    ("audio/mpeg", 0, b"\xff\xf3"),
)


def clip(encoded: bytes) -> Clip:
    """The clip that an encoded sound is.

    Raises:
        ValueError: it cannot be played; the message says why.
    """
    medias = (media for media, at, mark in SIGNATURES if encoded[at : at + len(mark)] == mark)
    media = next(medias, None)
    if media is None:
        raise ValueError("it is neither WAV, Ogg, FLAC nor MP3")
    if media != "audio/wav":
        return Clip(media, encoded)
    duration, samples = wave(encoded)
    return Clip(media, encoded, duration, peaks(samples))


def wave(encoded: bytes) -> tuple[float | None, Float64s]:
    """Duration (s) and loudness [n] in 0 … 1 of a RIFF WAVE; no samples where they are not plain.

    All channels are taken together. Chunks: format, then data; others are skipped.
    """
    at, layout = 12, None
    while at + 8 <= len(encoded):
        kind, length = struct.unpack_from("<4sI", encoded, at)
        body = encoded[at + 8 : at + 8 + length]
        if kind == b"fmt " and len(body) >= 16:
            layout = struct.unpack_from("<HHIIHH", body)
            if layout[0] == EXTENSIBLE and len(body) >= 26:
                layout = (*struct.unpack_from("<H", body, 24), *layout[1:])
        if kind == b"data" and layout is not None:
            coding, channels, rate, _, block, bits = layout
            duration = len(body) / block / rate if block and rate else None
            width = bits // 8
            if coding != PCM or width not in LARGEST_COUNTS or not channels:
                return duration, np.empty(0)
            dtype = "u1" if width == 1 else f"<i{width}"
            counts = np.frombuffer(body[: len(body) // width * width], dtype).astype(np.float64)
            middle = 128.0 if width == 1 else 0.0
            return duration, np.abs(counts - middle) / LARGEST_COUNTS[width]
        at += 8 + length + length % 2
    return None, np.empty(0)


def peaks(samples: Float64s) -> tuple[float, ...]:
    """The loudest sample of each of `PEAKS` stretches, in hundredths."""
    if len(samples) < PEAKS:
        return ()
    starts = np.linspace(0, len(samples), PEAKS, endpoint=False).astype(np.int64)
    return tuple(np.round(np.maximum.reduceat(samples, starts), 2).tolist())
