"""Framing: what is sound comes through, what is not is named with its place."""

from __future__ import annotations

import io
import struct
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tbreport.reader.records import TABLE, Damage, Record, masked_crc, plausible, scan
from tests.eventwriter import frame, header

PAYLOADS = [b"first", b"second record", b"x" * 300, b"last"]


def scanned(content: bytes) -> list[Record | Damage]:
    return list(scan(io.BytesIO(content), len(content)))


def payloads(content: bytes) -> list[bytes]:
    return [item.payload for item in scanned(content) if isinstance(item, Record)]


def damages(content: bytes) -> list[Damage]:
    return [item for item in scanned(content) if isinstance(item, Damage)]


def test_the_masked_checksum_is_that_of_a_real_file() -> None:
    # RFC 3720, B.4: 32 bytes of zeros have CRC-32C 0x8a9136aa
    assert masked_crc(bytes(32)) == (((0x8A9136AA >> 15) | (0x8A9136AA << 17)) + 0xA282EAD8) & (
        2**32 - 1
    )


def test_the_table_gives_the_same_checksum_as_the_library() -> None:
    content = header(1234)

    assert plausible(content + bytes(4), 10_000).tolist() == [0]
    assert len(TABLE) == 256


def test_sound_records_come_through_in_order() -> None:
    content = b"".join(map(frame, PAYLOADS))

    assert payloads(content) == PAYLOADS
    assert damages(content) == []


def test_an_offset_points_at_the_payload() -> None:
    content = b"".join(map(frame, PAYLOADS))

    for item in scanned(content):
        assert isinstance(item, Record)
        assert content[item.offset : item.offset + len(item.payload)] == item.payload


def test_an_empty_file_ends_cleanly() -> None:
    assert scanned(b"") == []


@pytest.mark.parametrize("cut", range(1, len(frame(b"torn record"))))
def test_a_torn_last_record_is_one_problem(cut: int) -> None:
    content = frame(b"first") + frame(b"torn record")[:cut]

    (damage,) = damages(content)

    assert payloads(content) == [b"first"]
    assert (damage.code, damage.offset, damage.length) == ("TB101", len(frame(b"first")), cut)


def test_a_bad_payload_checksum_costs_that_record_alone() -> None:
    broken = bytearray(frame(b"broken"))
    broken[14] ^= 1
    content = frame(b"first") + bytes(broken) + frame(b"last")

    (damage,) = damages(content)

    assert payloads(content) == [b"first", b"last"]
    assert (damage.code, damage.offset, damage.length) == ("TB102", 21, len(broken))


def test_past_a_damaged_length_the_next_sound_record_is_found() -> None:
    broken = bytearray(frame(b"broken"))
    broken[0] ^= 1
    content = frame(b"first") + bytes(broken) + frame(b"next") + frame(b"last")

    (damage,) = damages(content)

    assert payloads(content) == [b"first", b"next", b"last"]
    assert (damage.code, damage.offset, damage.length) == ("TB108", 21, len(broken))


def test_records_swallowed_by_one_that_lost_bytes_are_found() -> None:
    short = frame(b"x" * 300)
    content = frame(b"first") + short[:100] + b"".join(frame(b"%d" % n) for n in range(50))

    found = payloads(content)

    assert found == [b"first", *(b"%d" % n for n in range(50))]
    assert {damage.code for damage in damages(content)} == {"TB108"}


def test_records_after_one_that_claims_more_than_the_file_has_are_found() -> None:
    content = header(2**63) + frame(b"next") + frame(b"last")

    (damage,) = damages(content)

    assert payloads(content) == [b"next", b"last"]
    assert (damage.code, damage.offset, damage.length) == ("TB108", 0, 12)


def test_every_byte_is_accounted_for() -> None:
    content = bytearray(b"".join(map(frame, PAYLOADS * 20)))
    for place in range(5, len(content), 97):
        content[place] ^= 0x40
    covered = sum(
        item.length if isinstance(item, Damage) else len(item.payload) + 16
        for item in scanned(bytes(content))
    )

    assert covered == len(content)


def test_the_search_is_bounded_on_a_crafted_file() -> None:
    """Each header is sound and claims the rest of the file: hashing them all is quadratic."""
    size = 10_000_000
    content = b"".join(header(size - place - 40) for place in range(0, size - 100, 12))
    content = bytes(3) + content + bytes(size - 3 - len(content))
    began = time.process_time()

    found = damages(content)

    assert time.process_time() - began < 20
    assert sum(damage.length for damage in found) == size
    assert any("given up" in damage.detail for damage in found)


def test_every_byte_is_accounted_for_when_the_last_of_the_budget_goes_on_a_bad_payload(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tbreport.reader.records.MAX_HASHED", 0)
    bad = bytearray(frame(b"bad payload"))
    bad[-1] ^= 1
    content = frame(b"first") + bytes(bad) + b"damaged header"

    found = damages(content)

    assert payloads(content) == [b"first"]
    assert [(damage.code, damage.offset, damage.length) for damage in found] == [
        ("TB102", 21, len(bad)),
        ("TB108", 21 + len(bad), 14),
    ]


def test_a_file_of_one_bad_record_after_another_is_read_to_its_end() -> None:
    bad = bytearray(frame(b"payload"))
    bad[-1] ^= 1
    content = bytes(bad) * 5_000 + frame(b"last")

    assert payloads(content) == [b"last"]
    assert len(damages(content)) == 5_000


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_scanned_without_an_exception(content: bytes) -> None:
    covered = sum(
        item.length if isinstance(item, Damage) else len(item.payload) + 16
        for item in scanned(content)
    )

    assert covered == len(content)


@given(st.lists(st.binary(min_size=1, max_size=80), min_size=1, max_size=12), st.data())
@settings(max_examples=300, deadline=None)
def test_one_flipped_bit_is_a_problem_and_costs_at_most_one_record(
    contents: list[bytes], drawn: st.DataObject
) -> None:
    whole = b"".join(map(frame, contents))
    bit = drawn.draw(st.integers(0, len(whole) * 8 - 1))
    flipped = bytearray(whole)
    flipped[bit // 8] ^= 1 << bit % 8

    found = payloads(bytes(flipped))

    assert len(found) == len(contents) - 1
    assert damages(bytes(flipped))


def test_a_window_smaller_than_the_file_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    contents = [rng.bytes(int(n)) for n in rng.integers(1, 200, 200)]
    content = bytearray(b"".join(map(frame, contents)))
    content[1000] ^= 1
    content[9000] ^= 1
    whole = scanned(bytes(content))
    monkeypatch.setattr("tbreport.reader.records.CHUNK", 64)

    assert scanned(bytes(content)) == whole


def test_zeros_at_the_end_are_one_problem() -> None:
    content = frame(b"first") + bytes(4096)

    (damage,) = damages(content)

    assert payloads(content) == [b"first"]
    assert (damage.code, damage.length) == ("TB108", 4096)


def test_a_scan_can_begin_where_another_ended() -> None:
    content = b"".join(map(frame, PAYLOADS))
    begin = len(frame(PAYLOADS[0])) + len(frame(PAYLOADS[1]))

    found = list(scan(io.BytesIO(content), len(content), begin))

    assert [item.payload for item in found if isinstance(item, Record)] == PAYLOADS[2:]


def test_a_header_is_little_endian() -> None:
    assert header(5)[:8] == struct.pack("<Q", 5)
