// What a tag's last record looked like, where it held one scalar and nothing else.
//
// Writers repeat themselves: the next record of the tag differs in its wall time, its step, the
// number and the checksum, and nowhere else, whatever the encoding. Bytes that fit the shape need
// no parsing.

#pragma once

#include "wire.h"

namespace tbreport {

// Two words that are worked on at once.
#if defined(__GNUC__)
using Block = uint64_t __attribute__((vector_size(16)));
#else
struct Block {
  uint64_t words[2];
  uint64_t operator[](size_t n) const { return words[n]; }
  Block operator^(Block b) const { return {{words[0] ^ b[0], words[1] ^ b[1]}}; }
  Block operator&(Block b) const { return {{words[0] & b[0], words[1] & b[1]}}; }
  void operator|=(Block b) { *this = {{words[0] | b[0], words[1] | b[1]}}; }
};
#endif

class Shape {
 public:
  static constexpr size_t kSlack = sizeof(Block);

  // Learns from a sound record with its frame, whose payload is an event that decodes. `number`:
  // where in it stands the one number, a float32 or float64 as it is, that its one value holds.
  // Learns nothing where the fields are in another order than every writer's, or the record is
  // long.
  void learn(Bytes record, const uint8_t* number, size_t width);
  void forget() { length_ = kUnknown; }

  // Whether a record has this shape; its checksum over the payload is not looked at.
  bool fits(const uint8_t* record, const uint8_t* end) const {
    if (end - record < length_) return false;
    Block different{};
    for (ptrdiff_t n = 0; n < blocks_; ++n) {
      different |= (load<Block>(record + n * sizeof(Block)) ^ like_[n]) & fixed_[n];
    }
    return !(different[0] | different[1]);
  }

  // Of a record that fits.
  ptrdiff_t length() const { return length_; }
  double wall_time(const uint8_t* record) const { return load<double>(record + kWallTime); }
  double number(const uint8_t* record) const {
    const uint8_t* at = record + number_;
    return width_ == sizeof(float) ? static_cast<double>(load<float>(at)) : load<double>(at);
  }
  int64_t step(const uint8_t* record) const {
    const uint8_t* at = record + kStep;
    if (step_length_ <= 4) {  // up to 268 million
      const auto bits = load<uint32_t>(at);
      const uint32_t step =
          (bits & 0x7F) | (bits >> 1 & 0x3F80) | (bits >> 2 & 0x1FC000) | (bits >> 3 & 0xFE00000);
      return step & step_mask_;
    }
    uint64_t step;
    read_varint(at, at + step_length_, step);
    return static_cast<int64_t>(step);
  }

 private:
  static constexpr ptrdiff_t kBlocks = 10;
  static constexpr ptrdiff_t kUnknown = PTRDIFF_MAX;
  static constexpr ptrdiff_t kWallTime = 13;  // behind the frame's header and the field's tag
  static constexpr ptrdiff_t kStep = 22;      // behind wall time and the field's tag

  ptrdiff_t length_ = kUnknown;
  ptrdiff_t blocks_ = 0;
  ptrdiff_t step_length_ = 0;
  uint32_t step_mask_ = 0;
  ptrdiff_t number_ = 0;
  size_t width_ = 0;
  Block like_[kBlocks];
  Block fixed_[kBlocks];  // which bits of it are the same every time
};

}  // namespace tbreport
