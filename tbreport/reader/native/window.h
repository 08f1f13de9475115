// The part of a file that is in memory.

#pragma once

#include <memory>

#include "source.h"

namespace tbreport {

#ifndef TBREPORT_CHUNK  // the fuzzers make it so small that records lie across its end
#define TBREPORT_CHUNK (size_t{256} << 10)
#endif

// Small enough to stay in a core's cache from the copy out of the page cache to the last look.
constexpr size_t kChunk = TBREPORT_CHUNK;

// Memory that one file after another is read into.
class Buffer {
 public:
  static constexpr size_t kSlack = 32;  // readable bytes behind the length

  // At least `length` bytes, none of them kept. One huge record does not hold its memory for good.
  uint8_t* reserve(size_t length);

 private:
  std::unique_ptr<uint8_t[]> bytes_;
  size_t length_ = 0;
};

class Window {
 public:
  Window(Source& source, uint64_t size, Buffer& buffer)
      : size(size), source_(source), buffer_(buffer) {}

  // The bytes at an offset, fewer where the file ends; valid until the next call.
  // Throws std::system_error.
  Bytes read(uint64_t offset, uint64_t length);

  // All that is held from an offset on; nothing where the offset is not held.
  Bytes rest(uint64_t offset) const {
    if (offset < start_ || offset > start_ + held_.size()) return {};
    return {held_.begin + (offset - start_), static_cast<size_t>(start_ + held_.size() - offset)};
  }

  // The masked CRC of bytes however many, in memory for a chunk.
  uint32_t masked_crc_of(uint64_t offset, uint64_t length);

  const uint64_t size;

 private:
  Source& source_;
  Buffer& buffer_;
  uint64_t start_ = 0;
  Bytes held_;
};

}  // namespace tbreport
