#include "crc32c.h"

#include <array>

#if defined(__x86_64__) || defined(_M_X64)
#include <nmmintrin.h>
#define HAS_INSTRUCTION 1
#define CRC_WORD(crc, word) _mm_crc32_u64(crc, word)
#define CRC_BYTE(crc, byte) _mm_crc32_u8(static_cast<uint32_t>(crc), byte)
#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#define WITH_INSTRUCTION
#else
#define WITH_INSTRUCTION __attribute__((target("sse4.2")))
#endif
#elif defined(__aarch64__) && (defined(__linux__) || defined(__ARM_FEATURE_CRC32))
#include <arm_acle.h>
#define HAS_INSTRUCTION 1
#define CRC_WORD(crc, word) __crc32cd(crc, word)
#define CRC_BYTE(crc, byte) __crc32cb(crc, byte)
#if defined(__ARM_FEATURE_CRC32)
#define WITH_INSTRUCTION
#elif defined(__clang__)
#define WITH_INSTRUCTION __attribute__((target("crc")))
#else
#define WITH_INSTRUCTION __attribute__((target("+crc")))
#endif
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#endif

#if defined(__GNUC__)
#define NOT_INLINE __attribute__((noinline))
#else
#define NOT_INLINE __declspec(noinline)
#endif

namespace tbreport {
namespace {

constexpr uint32_t kPolynomial = 0x82F63B78;  // 0x1EDC6F41 reflected

using Table = std::array<uint32_t, 256>;

// row[k][b]: the CRC of byte b and k zero bytes behind it, for eight bytes at a time.
constexpr std::array<Table, 8> make_rows() {
  std::array<Table, 8> rows{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ kPolynomial : crc >> 1;
    rows[0][byte] = crc;
  }
  for (size_t k = 1; k < 8; ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = rows[k - 1][byte];
      rows[k][byte] = before >> 8 ^ rows[0][before & 0xFF];
    }
  }
  return rows;
}

constexpr std::array<Table, 8> kRows = make_rows();

}  // namespace

uint32_t crc_by_table(uint32_t crc, const uint8_t* from, size_t length) {
  crc = ~crc;
  for (; length >= 8; length -= 8, from += 8) {
    const uint64_t word = load<uint64_t>(from) ^ crc;
    crc = 0;
    for (size_t k = 0; k < 8; ++k) crc ^= kRows[7 - k][word >> 8 * k & 0xFF];
  }
  for (; length; --length, ++from) crc = crc >> 8 ^ kRows[0][(crc ^ *from) & 0xFF];
  return ~crc;
}

namespace {

#ifdef HAS_INSTRUCTION

// What a register becomes when `length` zero bytes pass through it, by its four bytes.
struct Shift {
  std::array<Table, 4> part{};

  explicit Shift(size_t length) {
    std::array<uint32_t, 32> of_bit{};
    for (size_t bit = 0; bit < 32; ++bit) {
      uint32_t crc = uint32_t{1} << bit;
      for (size_t n = 0; n < length; ++n) crc = crc >> 8 ^ kRows[0][crc & 0xFF];
      of_bit[bit] = crc;
    }
    for (size_t k = 0; k < 4; ++k) {
      for (size_t byte = 0; byte < 256; ++byte) {
        for (size_t bit = 0; bit < 8; ++bit) {
          if (byte >> bit & 1) part[k][byte] ^= of_bit[8 * k + bit];
        }
      }
    }
  }

  uint32_t operator()(uint32_t crc) const {
    return part[0][crc & 0xFF] ^ part[1][crc >> 8 & 0xFF] ^ part[2][crc >> 16 & 0xFF] ^
           part[3][crc >> 24];
  }
};

constexpr size_t kShort = 128;
constexpr size_t kLong = 1024;
const Shift kPastShort(kShort);
const Shift kPastLong(kLong);

// As wide as the instruction's operand on x86, where a narrower one costs a move for every word.
#if defined(__aarch64__)
using Register = uint32_t;
#else
using Register = uint64_t;
#endif

// The instruction takes one word a cycle, its result three: three stretches side by side keep it
// busy. Below 3 × 128 bytes joining them costs what it gains.
WITH_INSTRUCTION uint32_t three_at_once(uint32_t crc, const uint8_t* from, size_t stretch,
                                        const Shift& past) {
  Register first = crc, second = 0, third = 0;
  for (size_t n = 0; n < stretch; n += 8) {
    first = CRC_WORD(first, load<uint64_t>(from + n));
    second = CRC_WORD(second, load<uint64_t>(from + stretch + n));
    third = CRC_WORD(third, load<uint64_t>(from + 2 * stretch + n));
  }
  crc = past(static_cast<uint32_t>(first)) ^ static_cast<uint32_t>(second);
  return past(crc) ^ static_cast<uint32_t>(third);
}

// The register, not its complement.
WITH_INSTRUCTION Register below_three(Register crc, const uint8_t* from, size_t length) {
  const size_t odd = length % 8;
  if (length < 8) {
    for (size_t n = 0; n < length; ++n) crc = CRC_BYTE(crc, from[n]);
    return crc;
  }
  if (odd) {
    // The odd bytes go first, at the high end of a word: zero bytes before a message whose register
    // begins as zero change nothing, and the register's own value is added where it meets the
    // bytes.
    const uint64_t first = (load<uint64_t>(from) ^ crc) << (64 - 8 * odd);
    crc = CRC_WORD(0, first) ^ static_cast<Register>(uint64_t{crc} >> 8 * odd);
  }
  size_t n = odd;
  for (; n + 16 <= length; n += 16) {
    crc = CRC_WORD(crc, load<uint64_t>(from + n));
    crc = CRC_WORD(crc, load<uint64_t>(from + n + 8));
  }
  if (n < length) crc = CRC_WORD(crc, load<uint64_t>(from + n));
  return crc;
}

// Of a length that three short stretches divide. Apart from the rest, which is what most payloads
// need alone and which so keeps to few registers.
NOT_INLINE WITH_INSTRUCTION uint32_t by_stretches(uint32_t crc, const uint8_t* from,
                                                  size_t length) {
  for (; length >= 3 * kLong; length -= 3 * kLong, from += 3 * kLong) {
    crc = three_at_once(crc, from, kLong, kPastLong);
  }
  for (; length; length -= 3 * kShort, from += 3 * kShort) {
    crc = three_at_once(crc, from, kShort, kPastShort);
  }
  return crc;
}

WITH_INSTRUCTION uint32_t crc_by_instruction(uint32_t crc, const uint8_t* from, size_t length) {
  crc = ~crc;
  if (length >= 3 * kShort) {
    const size_t whole = length - length % (3 * kShort);
    crc = by_stretches(crc, from, whole);
    from += whole;
    length -= whole;
  }
  return ~static_cast<uint32_t>(below_three(crc, from, length));
}

bool has_instruction() {
#if defined(_MSC_VER) && !defined(__clang__)
  int registers[4];
  __cpuid(registers, 1);
  return registers[2] >> 20 & 1;
#elif defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse4.2");
#elif defined(__linux__)
  return getauxval(AT_HWCAP) >> 7 & 1;  // HWCAP_CRC32
#else
  return true;  // __ARM_FEATURE_CRC32: every processor that the build is for has it
#endif
}

#endif

CrcUpdate fastest() {
#ifdef HAS_INSTRUCTION
  if (has_instruction()) return crc_by_instruction;
#endif
  return crc_by_table;
}

}  // namespace

const CrcUpdate crc_update = fastest();

}  // namespace tbreport
