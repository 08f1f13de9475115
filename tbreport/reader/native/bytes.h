// Bytes that somebody else owns, and the numbers in them.
//
// TFRecord and protobuf are little-endian, and so must the host be: elsewhere this does not
// compile, the extension is left out, and the python engine reads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "a little-endian host is needed"
#endif

namespace tbreport {

struct Bytes {
  const uint8_t* begin = nullptr;
  const uint8_t* end = nullptr;

  Bytes() = default;
  Bytes(const uint8_t* first, size_t length) : begin(first), end(first + length) {}
  explicit Bytes(std::string_view text)
      : Bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size()) {}

  size_t size() const { return static_cast<size_t>(end - begin); }
  bool empty() const { return begin == end; }
  std::string_view text() const { return {reinterpret_cast<const char*>(begin), size()}; }
};

template <class Number>
Number load(const uint8_t* from) {
  Number number;
  std::memcpy(&number, from, sizeof number);
  return number;
}

}  // namespace tbreport
