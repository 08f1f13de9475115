// TFRecord framing: a file's bytes in, the payload of each record out; what records.py does, item
// by item.
//
// A record is: length u64, masked CRC-32C of those eight bytes u32, payload, masked CRC-32C of the
// payload u32. Both are always checked. A wrong payload checksum costs that record. Past a wrong
// length the next sound record is searched for, within a budget.

#pragma once

#include <deque>
#include <optional>
#include <string>

#include "crc32c.h"
#include "window.h"

namespace tbreport {

constexpr size_t kHeader = 12;  // length u64, its checksum u32
constexpr size_t kFooter = 4;   // the payload's checksum

// A file of headers that each claim the rest of it would make the search quadratic: 10 MB hang a CI
// job. Sound files never spend any of this.
constexpr int64_t kMaxCandidates = 64;
constexpr int64_t kMaxHashed = 4;  // times the file's size

struct Record {
  uint64_t offset = 0;  // of the payload, from the file's start
  uint64_t length = 0;
  Bytes payload;  // empty where it is too long for any event; valid until the next item
};

// Bytes that hold no sound record.
struct Damage {
  const char* code;  // TB101 the file ends early, TB102 bad checksum, TB108 damaged length
  uint64_t offset;
  uint64_t length;
  std::string detail;
};

// How much more may be hashed in the search for sound records.
struct Budget {
  int64_t hashed;  // bytes
  int64_t candidates = kMaxCandidates;

  bool spent() const { return hashed < 0 || candidates < 0; }
};

class Records {
 public:
  enum class Item { record, damage, end };

  Records(Source& source, uint64_t size, uint64_t start, Buffer& buffer);

  // Goes on to the next item; `record` or `damage` holds it. Together the items cover every byte.
  Item next() {
    // Most records are short, sound, and wholly in memory already.
    const uint8_t* header = held_.begin;
    if (held_.size() >= kHeader) {
      const uint64_t length = load<uint64_t>(header);
      if (length < kCached && held_.size() >= kHeader + kFooter + length &&
          load<uint32_t>(header + 8) == header_crc_[length]) {
        const Bytes payload{header + kHeader, static_cast<size_t>(length)};
        if (masked_crc(payload) == load<uint32_t>(payload.end)) {
          record = {offset_ + kHeader, length, payload};
          held_.begin = payload.end + kFooter;
          offset_ += kHeader + length + kFooter;
          return Item::record;
        }
      }
    }
    return advance();
  }

  Record record;
  Damage damage{};

 private:
  static constexpr size_t kCached =
      512;  // payloads shorter than this have their header's CRC ready

  Item advance();
  Item settle(uint64_t length);
  void recover(std::optional<uint64_t> length);
  void lost(uint64_t begin, std::optional<uint64_t> found, std::optional<uint64_t> torn,
            std::optional<uint64_t> length);
  std::optional<uint64_t> search(uint64_t begin);
  bool sound(uint64_t offset);

  Window window_;
  Budget budget_;
  uint64_t offset_;
  Bytes held_;                      // from offset_ on; empty while something is doubtful or pending
  std::optional<Damage> doubtful_;  // a record with a bad payload: its length is not proven yet
  std::deque<Damage> pending_;
  const uint32_t* header_crc_;
};

// The length that a header states; none where it is cut short or its checksum is wrong.
std::optional<uint64_t> payload_length(Bytes header);

// 1234567 as 1,234,567.
std::string with_commas(uint64_t number);

}  // namespace tbreport
