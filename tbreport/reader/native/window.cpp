#include "window.h"

#include <algorithm>

#include "crc32c.h"

namespace tbreport {

uint8_t* Buffer::reserve(size_t length) {
  const size_t wanted = std::max(length, kChunk);
  if (length_ < wanted || length_ > 4 * wanted) {
    bytes_.reset();  // first, so that both are never there at once
    length_ = 0;
    bytes_.reset(new uint8_t[wanted + kSlack]);
    length_ = wanted;
  }
  return bytes_.get();
}

Bytes Window::read(uint64_t offset, uint64_t length) {
  if (offset < start_ || offset + length > start_ + held_.size()) {
    const uint64_t left = size > offset ? size - offset : 0;
    const auto wanted =
        static_cast<size_t>(std::min<uint64_t>(std::max<uint64_t>(length, kChunk), left));
    held_ = {};
    uint8_t* into = buffer_.reserve(wanted);
    held_ = {into, source_.read(offset, into, wanted)};
    start_ = offset;
  }
  const auto begin = static_cast<size_t>(offset - start_);
  return {held_.begin + begin,
          static_cast<size_t>(std::min<uint64_t>(length, held_.size() - begin))};
}

uint32_t Window::masked_crc_of(uint64_t offset, uint64_t length) {
  uint32_t crc = 0;
  while (length) {
    const Bytes piece = read(offset, std::min<uint64_t>(length, kChunk));
    if (piece.empty()) break;  // the file has shrunk meanwhile
    crc = crc_update(crc, piece.begin, piece.size());
    offset += piece.size();
    length -= piece.size();
  }
  return masked(crc);
}

}  // namespace tbreport
