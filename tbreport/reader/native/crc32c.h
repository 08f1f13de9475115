// CRC-32C (RFC 3720, appendix B.4), and the mask under which TensorFlow stores it.

#pragma once

#include "bytes.h"

namespace tbreport {

// Takes the CRC of some bytes and gives that of these bytes behind them; begins with 0.
using CrcUpdate = uint32_t (*)(uint32_t crc, const uint8_t* from, size_t length);

// By the processor's own instruction where it has one (SSE 4.2, ARMv8), else by tables.
// Chosen once, when the program is loaded.
extern const CrcUpdate crc_update;

// By tables alone, whatever the processor; the tests hold the other one to it.
uint32_t crc_by_table(uint32_t crc, const uint8_t* from, size_t length);

// Rotated and offset (tensorflow, lib/hash/crc32c.h, Mask).
inline uint32_t masked(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u; }

inline uint32_t masked_crc(Bytes bytes) { return masked(crc_update(0, bytes.begin, bytes.size())); }

}  // namespace tbreport
