"""Encoded sounds: known by their bytes, with a wave where the samples are plain."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from tbreport.analysis.clips import PEAKS, clip
from tests.images import SVG, wav


def test_a_wave_has_a_duration_and_its_loudest_samples() -> None:
    samples = np.zeros(8_000, "<i2")
    samples[4_000] = -32_768
    found = clip(wav(samples.tobytes()))

    assert (found.media, found.duration_s) == ("audio/wav", 1.0)
    assert len(found.peaks) == PEAKS
    assert max(found.peaks) == 1.0
    assert sum(found.peaks) == 1.0


def test_bytes_are_counted_from_their_middle() -> None:
    found = clip(wav(bytes([128] * 999 + [0]), bits=8))

    assert found.peaks[-1] == 1.0
    assert set(found.peaks[:-1]) == {0.0}


@pytest.mark.parametrize(
    ("encoded", "media"),
    [
        (b"OggS" + bytes(8), "audio/ogg"),
        (b"fLaC" + bytes(8), "audio/flac"),
        (b"ID3\x04" + bytes(8), "audio/mpeg"),
    ],
)
def test_other_formats_are_left_to_the_browser(encoded: bytes, media: str) -> None:
    assert clip(encoded).media == media
    assert clip(encoded).duration_s is None


@pytest.mark.parametrize("encoded", [b"", SVG, b"RIFF\0\0\0\0AVI "])
def test_what_is_no_sound_is_refused(encoded: bytes) -> None:
    with pytest.raises(ValueError, match="neither WAV, Ogg, FLAC nor MP3"):
        clip(encoded)


@pytest.mark.parametrize("length", range(12, 60, 4))
def test_a_wave_may_be_cut_off_anywhere(length: int) -> None:
    assert clip(wav(bytes(100))[:length]).media == "audio/wav"


def test_a_wave_without_channels_or_rate_has_no_duration() -> None:
    assert clip(wav(bytes(400), rate=0)).duration_s is None
    assert clip(wav(bytes(400), channels=0)).peaks == ()


@pytest.mark.parametrize(("coding", "n_peaks"), [(1, PEAKS), (3, 0)])
def test_the_extensible_form_says_further_back_what_samples_are(coding: int, n_peaks: int) -> None:
    samples = bytes(4 * 1_000)
    form = struct.pack("<HHIIHHHHIH14x", 0xFFFE, 1, 8_000, 32_000, 4, 32, 22, 32, 0, coding)
    parts = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    parts += b"data" + struct.pack("<I", len(samples)) + samples

    found = clip(b"RIFF" + struct.pack("<I", len(parts)) + parts)

    assert found.duration_s == 0.125
    assert len(found.peaks) == n_peaks  # 3 are floats
