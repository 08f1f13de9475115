// The floor under any reader of event files: reads the files that are named on its command line in
// chunks, checks both checksums of every record, and stores 24 bytes a record in fresh memory.
//
// It knows no protobuf, no tag and no damage: what a reader takes longer is what understanding
// costs. Prints the records, and the wall and processor seconds from the first byte to the last.
//
// Compiled by reading.py: c++ -O3 -msse4.2 (or -march=armv8-a+crc) floor.cpp

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

#if defined(__SSE4_2__)
#include <nmmintrin.h>
#define CRC_WORD(crc, word) static_cast<uint32_t>(_mm_crc32_u64(crc, word))
#define CRC_BYTE(crc, byte) _mm_crc32_u8(crc, byte)
#else
#include <arm_acle.h>
#define CRC_WORD(crc, word) __crc32cd(crc, word)
#define CRC_BYTE(crc, byte) __crc32cb(crc, byte)
#endif

namespace {

constexpr size_t kChunk = size_t{256} << 10;

template <class Number>
Number load(const uint8_t* from) {
  Number number;
  std::memcpy(&number, from, sizeof number);
  return number;
}

uint32_t masked_crc(const uint8_t* from, size_t length) {
  uint32_t crc = 0xFFFFFFFF;
  for (; length >= 8; length -= 8, from += 8) crc = CRC_WORD(crc, load<uint64_t>(from));
  for (; length; --length, ++from) crc = CRC_BYTE(crc, *from);
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

struct Stored {
  uint64_t words[3];
};

// One file's records in fresh memory, as a reader has to hand them out.
struct Column {
  Stored* items = nullptr;
  size_t size = 0, capacity = 0;

  void add(const uint8_t* payload, uint64_t length) {
    if (size == capacity) {
      capacity = capacity ? 2 * capacity : 1024;
      items = static_cast<Stored*>(std::realloc(items, capacity * sizeof(Stored)));
    }
    Stored& stored = items[size++];
    stored = {};
    std::memcpy(&stored, payload, length < sizeof stored ? length : sizeof stored);
  }
};

bool read_file(const char* path, uint8_t* buffer, Column& column) {
  const int file = ::open(path, O_RDONLY);
  if (file < 0) return false;
  size_t held = 0;
  for (ssize_t got; (got = ::read(file, buffer + held, kChunk - held)) > 0;) {
    held += static_cast<size_t>(got);
    const uint8_t* at = buffer;
    const uint8_t* const end = buffer + held;
    while (end - at >= 16) {
      const uint64_t length = load<uint64_t>(at);
      if (masked_crc(at, 8) != load<uint32_t>(at + 8) || length > kChunk - 16) return false;
      if (static_cast<uint64_t>(end - at) < 16 + length) break;
      if (masked_crc(at + 12, length) != load<uint32_t>(at + 12 + length)) return false;
      column.add(at + 12, length);
      at += 16 + length;
    }
    held = static_cast<size_t>(end - at);
    std::memmove(buffer, at, held);
  }
  ::close(file);
  return held == 0;
}

}  // namespace

int main(int count, char** paths) {
  std::vector<Column> columns(static_cast<size_t>(count));
  const auto began = std::chrono::steady_clock::now();
  const std::clock_t worked = std::clock();
  std::vector<uint8_t> buffer(kChunk);
  size_t records = 0;
  for (int n = 1; n < count; ++n) {
    if (!read_file(paths[n], buffer.data(), columns[static_cast<size_t>(n)])) return 1;
    records += columns[static_cast<size_t>(n)].size;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const double processor = static_cast<double>(std::clock() - worked) / CLOCKS_PER_SEC;
  std::printf("%zu %.6f %.6f\n", records, took.count(), processor);
}
