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
  // Empty where it is too long for any event; with its frame around it in memory, until the next
  // item.
  Bytes payload;
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

  // What is in memory of the items to come, and where that begins; nothing where the next item is
  // no record.
  Bytes ahead() const { return ahead_; }
  uint64_t offset() const { return offset_; }

  // Leaves out records that the caller has looked at itself, up to `place` in `ahead`.
  void skip_to(const uint8_t* place) {
    offset_ += static_cast<uint64_t>(place - ahead_.begin);
    ahead_.begin = place;
  }

  // Goes on to the next item; `record` or `damage` holds it. Together the items cover every byte.
  Item next();

  Record record;
  Damage damage{};

 private:
  Item settle(uint64_t length);
  void recover(std::optional<uint64_t> length);
  void lost(uint64_t begin, std::optional<uint64_t> found, std::optional<uint64_t> torn,
            std::optional<uint64_t> length);
  std::optional<uint64_t> search(uint64_t begin);
  bool sound(uint64_t offset);

  Window window_;
  Budget budget_;
  uint64_t offset_;
  Bytes ahead_;
  std::optional<Damage> doubtful_;  // a record with a bad payload: its length is not proven yet
  std::deque<Damage> pending_;
};

// The length that a header states; none where it is cut short or its checksum is wrong.
std::optional<uint64_t> payload_length(Bytes header);

// 1234567 as 1,234,567.
std::string with_commas(uint64_t number);

}  // namespace tbreport
