// The protobuf wire format, field by field; what is malformed here is what upb calls malformed, the
// decoder behind the python engine.

#pragma once

#include "bytes.h"

namespace tbreport {

enum class Wire : uint8_t {
  varint = 0,
  fixed64 = 1,
  bytes = 2,
  group = 3,
  end_group = 4,
  fixed32 = 5
};

constexpr int kMaxDepth = 100;  // of messages and groups within each other, as in upb

struct Field {
  uint32_t number = 0;
  Wire wire = Wire::varint;
  uint64_t value = 0;  // of a varint, the bits of a fixed64 or fixed32
  Bytes bytes;
};

inline const uint8_t* read_long_varint(const uint8_t* at, const uint8_t* end, uint64_t& value,
                                       unsigned longest) {
  value = 0;
  for (unsigned n = 0; n < longest && at < end; ++n, ++at) {
    value |= static_cast<uint64_t>(*at & 0x7F) << 7 * n;
    if (*at < 0x80) return at + 1;
  }
  return nullptr;
}

// Reads a varint of at most `longest` bytes; null where it is cut off or longer. Bits past the 64th
// are lost.
inline const uint8_t* read_varint(const uint8_t* at, const uint8_t* end, uint64_t& value,
                                  unsigned longest = 10) {
  if (end - at >= 3) {  // steps and lengths are short
    if (at[0] < 0x80) {
      value = at[0];
      return at + 1;
    }
    value = (at[0] & 0x7F) | static_cast<uint64_t>(at[1] & 0x7F) << 7;
    if (at[1] < 0x80) return at + 2;
    value |= static_cast<uint64_t>(at[2] & 0x7F) << 14;
    if (at[2] < 0x80) return at + 3;
  }
  return read_long_varint(at, end, value, longest);
}

// Goes through a message's fields in their order. Groups are passed over whole: no message here has
// one, and a field of the wrong wire type is skipped by its caller like an unknown one.
class Reader {
 public:
  explicit Reader(Bytes message, int depth = kMaxDepth)
      : at_(message.begin), end_(message.end), depth_(depth) {}

  // Goes on to the next field; false at the end and where the bytes are malformed.
  bool next(Field& field) {
    if (at_ == end_) return false;
    at_ = read(at_, field);
    if (at_ && field.number && field.wire == Wire::group) at_ = skip_group(at_, field, depth_);
    malformed_ = !at_ || !field.number || field.wire == Wire::end_group;
    if (malformed_) at_ = end_;
    return !malformed_;
  }

  bool malformed() const { return malformed_; }

  // Behind the field that was read last.
  const uint8_t* at() const { return at_; }

 private:
  const uint8_t* read(const uint8_t* at, Field& field) const {
    uint64_t tag;
    at = read_varint(at, end_, tag, 5);
    if (!at || tag > UINT32_MAX) return nullptr;
    field.number = static_cast<uint32_t>(tag >> 3);
    field.wire = static_cast<Wire>(tag & 7);
    switch (field.wire) {
      case Wire::varint:
        return read_varint(at, end_, field.value);
      case Wire::fixed64:
        if (end_ - at < 8) return nullptr;
        field.value = load<uint64_t>(at);
        return at + 8;
      case Wire::fixed32:
        if (end_ - at < 4) return nullptr;
        field.value = load<uint32_t>(at);
        return at + 4;
      case Wire::bytes: {
        uint64_t length;
        at = read_varint(at, end_, length, 5);
        if (!at) return nullptr;
#ifndef TBREPORT_PLANTED_BUG  // the fuzzers' own test leaves this check out
        if (length > static_cast<uint64_t>(end_ - at)) return nullptr;
#endif
        field.bytes = {at, static_cast<size_t>(length)};
        return at + length;
      }
      case Wire::group:
      case Wire::end_group:
        return at;
    }
    return nullptr;
  }

  // Past the end of a group. Within it upb looks at no field number but the group's own.
  const uint8_t* skip_group(const uint8_t* at, const Field& start, int depth) const {
    if (depth <= 0) return nullptr;
    Field field;
    while (at && at < end_) {
      at = read(at, field);
      if (!at) return nullptr;
      if (field.wire == Wire::end_group) return field.number == start.number ? at : nullptr;
      if (field.wire == Wire::group) at = skip_group(at, field, depth - 1);
    }
    return nullptr;
  }

  const uint8_t* at_;
  const uint8_t* end_;
  int depth_;
  bool malformed_ = false;
};

}  // namespace tbreport
