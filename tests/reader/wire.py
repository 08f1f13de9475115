"""Events as bytes, field by field, right and wrong: what no protobuf library would write.

A message is drawn as fields that may be missing, repeated, out of order, of another wire type,
longer than they say, or of a number that the schema does not have.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from hypothesis import strategies as st
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

VARINT, FIXED64, BYTES, GROUP, END_GROUP, FIXED32 = range(6)

Drawn = st.SearchStrategy[bytes]

TAGS = (b"loss", b"loss/train", b"a", "naïve".encode(), b"", b"t" * 130)
PLUGINS = (b"scalars", b"histograms", b"text", b"hparams", b"images", b"of mine", b"")
GOOD_TEXTS = (b"", b"words", "naïve".encode(), b"seven b\xc3\xa9", "𝄞".encode())
BAD_TEXTS = (b"\xff", b"seven b\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc1\x81")
# types.proto: dtype → (field of TensorProto, wire type, bytes of an element in tensor_content)
DTYPES = {
    1: (5, FIXED32, 4),
    2: (6, FIXED64, 8),
    3: (7, VARINT, 4),
    4: (7, VARINT, 1),
    5: (7, VARINT, 2),
    6: (7, VARINT, 1),
    7: (8, BYTES, 1),
    9: (10, VARINT, 8),
    10: (11, VARINT, 1),
    14: (13, VARINT, 2),
    17: (7, VARINT, 2),
    19: (13, VARINT, 2),
    22: (16, VARINT, 4),
    23: (17, VARINT, 8),
}
session = HParamsPluginData()
session.session_start_info.hparams["units"].number_value = 4.0
session.session_start_info.hparams["nothing"].null_value = 0


def varint(number: int, padding: int = 0) -> bytes:
    """A varint, by `padding` bytes longer than it need be."""
    number &= 2**64 - 1
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    for _ in range(padding):
        out[-1] |= 0x80
        out.append(0)
    return bytes(out)


def tagged(number: int, wire: int, content: bytes = b"") -> bytes:
    """A field, or the beginning or end of a group."""
    return varint(number << 3 | wire) + content


def sized(number: int, content: bytes) -> bytes:
    return tagged(number, BYTES, varint(len(content)) + content)


paddings = st.sampled_from([0] * 20 + [1, 2, 9])
integers = st.one_of(
    st.integers(0, 300), st.sampled_from([2**31, 2**32 + 1, 2**53 + 1, 2**63, 2**64 - 1])
)
varints = st.builds(varint, integers, paddings)
doubles = st.one_of(
    st.floats(width=64), st.sampled_from([0.0, -0.0, 1.0, 2.0, 1.7976931348623157e308])
).map(lambda value: struct.pack("<d", value))
floats = st.integers(0, 2**32 - 1).map(lambda bits: struct.pack("<I", bits))
NUMBERS = {VARINT: varints, FIXED64: doubles, FIXED32: floats}


def number(place: int, wire: int) -> Drawn:
    return NUMBERS[wire].map(lambda content: tagged(place, wire, content))


def words(place: int, choices: Sequence[bytes] = GOOD_TEXTS * 4 + BAD_TEXTS) -> Drawn:
    return st.sampled_from(choices).map(lambda content: sized(place, content))


def inside(place: int, message: Drawn) -> Drawn:
    """A field that holds a message, and now and then claims another length."""
    return st.builds(
        lambda content, wrong: tagged(place, BYTES, varint(len(content) + wrong) + content),
        message,
        st.sampled_from([0] * 60 + [1, -1, 1000]),
    )


def numbers(place: int, wire: int) -> Drawn:
    """A repeated field of numbers: packed, not packed, or packed with a byte too many."""
    several = st.lists(NUMBERS[wire], max_size=6)
    return st.one_of(
        several.map(lambda found: sized(place, b"".join(found))),
        several.map(lambda found: b"".join(tagged(place, wire, item) for item in found)),
        several.map(lambda found: sized(place, b"".join(found) + b"\x81")),
    )


odd_fields = st.one_of(
    st.sampled_from(
        [
            tagged(20, GROUP) + tagged(7, VARINT, b"\x05") + tagged(20, END_GROUP),
            tagged(20, GROUP) + tagged(21, END_GROUP),
            tagged(0, VARINT, b"\x01"),
            tagged(3, 6),
            tagged(30, VARINT, b"\x01"),
            sized(31, b"of another schema"),
        ]
    ),
    st.binary(max_size=6),
    *(st.one_of(number(n, VARINT), number(n, FIXED32), words(n)) for n in range(1, 11)),
)


def message(*fields: Drawn) -> Drawn:
    """Some of the fields: mostly each at most once and in order, sometimes anyhow."""
    orderly = st.tuples(*(st.one_of(field, field, field, st.just(b"")) for field in fields))
    whole = st.tuples(*fields)
    anyhow = st.lists(st.one_of(*fields, odd_fields), max_size=len(fields) + 2)
    return st.one_of(whole, orderly, whole, orderly, anyhow).map(b"".join)


def dims(*sizes: int) -> bytes:
    return sized(2, b"".join(sized(2, tagged(1, VARINT, varint(size))) for size in sizes))


shapes = st.one_of(
    st.just(b""),
    st.lists(st.sampled_from([0, 1, 1, 1, 2, 3, 2**40, -1]), max_size=3).map(lambda s: dims(*s)),
    inside(2, message(inside(2, message(number(1, VARINT), words(2))), number(3, VARINT))),
)


@st.composite
def tensors(draw: st.DrawFn) -> bytes:
    """A TensorProto, often of one element or of the rows of a histogram."""
    dtype = draw(st.sampled_from(list(DTYPES)))
    place, wire, width = DTYPES[dtype]
    rows = draw(st.sampled_from([None, None, 0, 1, 2, 9, 150]))
    shape = draw(shapes) if rows is None else dims(rows, 3)
    content = b""
    if draw(st.booleans()):
        count = draw(st.sampled_from([0, 1, 1, 2])) if rows is None else 3 * rows
        pool = draw(st.binary(min_size=8, max_size=64))
        content = sized(4, (pool * (count * width // len(pool) + 1))[: count * width])
    typed = b""
    if not content or draw(st.booleans()):
        typed = draw(numbers(place, wire) if wire in NUMBERS else words(place))
    variants = draw(st.one_of(st.just(b""), st.just(b""), inside(15, message(words(1)))))
    return draw(orders([tagged(1, VARINT, varint(dtype)), shape, content, typed, variants]))


def orders(parts: Iterable[bytes]) -> Drawn:
    """The parts in their order, sometimes in another."""
    found = list(parts)
    return st.one_of(st.just(found), st.just(found), st.permutations(found)).map(b"".join)


histograms = message(
    *(number(n, FIXED64) for n in range(1, 6)), numbers(6, FIXED64), numbers(7, FIXED64)
)
plugin_names = words(1, PLUGINS)
plugin_data = message(plugin_names, words(2, (session.SerializeToString(), b"xx", b"")))
metadata = message(inside(1, plugin_data), words(2), words(3), number(4, VARINT))
fillings = st.one_of(
    number(2, FIXED32),
    words(3),
    inside(4, message(number(1, VARINT), words(4))),
    inside(5, histograms),
    inside(6, message(number(1, FIXED32), words(5))),
    inside(8, tensors()),
    inside(8, tensors()),
)
values = message(words(1, TAGS), fillings, inside(9, metadata))
twice = st.tuples(words(1, TAGS), fillings, fillings, inside(9, metadata), inside(9, metadata))
summaries = message(inside(1, values), inside(1, st.one_of(values, values, twice.map(b"".join))))
whats = st.one_of(
    inside(5, summaries),
    inside(5, summaries),
    inside(5, summaries),
    words(3),
    words(4),
    inside(6, message(number(1, VARINT), words(2))),
    inside(7, message(number(1, VARINT), words(2), words(3))),
    inside(8, message(words(1), words(2))),
    words(9),
)
times = st.sampled_from([1.0, 2.0, 3.0] * 6 + [float("nan"), float("inf"), -float("inf")])
wall_times = times.map(lambda time: tagged(1, FIXED64, struct.pack("<d", time)))
events = st.one_of(
    st.tuples(wall_times, number(2, VARINT), whats).map(b"".join),
    message(wall_times, number(2, VARINT), whats, inside(10, message(words(1)))),
    message(wall_times, whats, whats),
)
