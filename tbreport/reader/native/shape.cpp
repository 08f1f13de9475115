#include "shape.h"

#include <algorithm>
#include <functional>

#include "records.h"
#include "wire.h"

namespace tbreport {
namespace {

constexpr uint8_t tag(uint32_t number, Wire wire) {
  return static_cast<uint8_t>(number << 3 | static_cast<uint32_t>(wire));
}

// Behind the tag and length of a field that goes on to the end; null where it does not.
const uint8_t* enter_last(const uint8_t* at, const uint8_t* end, uint8_t tag) {
  if (!at || at == end || *at != tag) return nullptr;
  uint64_t length;
  at = read_varint(at + 1, end, length, 5);
  return at && length == static_cast<uint64_t>(end - at) ? at : nullptr;
}

}  // namespace

void Shape::learn(Bytes record, const uint8_t* number, size_t width) {
  forget();
  const auto length = static_cast<ptrdiff_t>(record.size());
  constexpr ptrdiff_t longest = kBlocks * static_cast<ptrdiff_t>(sizeof(Block));
  if (length > longest || length < kStep + 1 + static_cast<ptrdiff_t>(kFooter)) return;
  const uint8_t* const end = record.end - kFooter;
  const uint8_t* const step = record.begin + kStep;
  if (record.begin[kWallTime - 1] != tag(1, Wire::fixed64)) return;
  const uint8_t* summary = step - 1;
  if (*summary == tag(2, Wire::varint)) {
    uint64_t value;
    summary = read_varint(step, end, value);
  }
  const uint8_t* const value =
      enter_last(enter_last(summary, end, tag(5, Wire::bytes)), end, tag(1, Wire::bytes));
  if (!value || std::less<>()(number, value) || std::less<>()(end - width, number)) return;

  step_length_ = std::max<ptrdiff_t>(summary - step, 0);
  step_mask_ = (uint64_t{1} << 7 * std::min<ptrdiff_t>(step_length_, 4)) - 1;
  number_ = number - record.begin;
  width_ = width;
  blocks_ =
      (length + static_cast<ptrdiff_t>(sizeof(Block)) - 1) / static_cast<ptrdiff_t>(sizeof(Block));
  uint8_t fixed[longest] = {};
  const auto varies = [&](ptrdiff_t from, ptrdiff_t count, uint8_t same) {
    std::fill(fixed + from, fixed + from + count, same);
  };
  varies(0, length, 0xFF);
  varies(kWallTime, sizeof(double), 0);
  varies(kStep, step_length_, 0x80);  // as many bytes as last time
  varies(number_, static_cast<ptrdiff_t>(width), 0);
  varies(length - static_cast<ptrdiff_t>(kFooter), kFooter, 0);
  std::memcpy(fixed_, fixed, sizeof fixed_);
  std::memcpy(like_, record.begin, record.size());
  length_ = length;
}

}  // namespace tbreport
