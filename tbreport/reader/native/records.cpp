#include "records.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <utility>

namespace tbreport {
namespace {

constexpr uint64_t kMaxSize = uint64_t{1} << 60;  // so that the budget fits its number

std::string checksums(uint32_t computed, uint32_t stored) {
  char text[80];
  std::snprintf(text, sizeof text, "payload checksum is 0x%08x, stored 0x%08x", computed, stored);
  return text;
}

// The footer as a number; the bytes that a shrunken file lacks count as zero.
uint32_t stored_crc(Bytes footer) {
  uint32_t crc = 0;
  std::memcpy(&crc, footer.begin, footer.size());
  return crc;
}

}  // namespace

std::optional<uint64_t> payload_length(Bytes header) {
  if (header.size() < kHeader) return std::nullopt;
  if (masked_crc({header.begin, 8}) != load<uint32_t>(header.begin + 8)) return std::nullopt;
  return load<uint64_t>(header.begin);
}

std::string with_commas(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t place = text.size(); place > 3;) text.insert(place -= 3, ",");
  return text;
}

Records::Records(Source& source, uint64_t size, uint64_t start, Buffer& buffer)
    : window_(source, size, buffer),
      budget_{kMaxHashed * static_cast<int64_t>(std::min(size, kMaxSize))},
      offset_(start) {}

Records::Item Records::next() {
  ahead_ = {};
  for (;;) {
    if (!pending_.empty()) {
      damage = std::move(pending_.front());
      pending_.pop_front();
      return Item::damage;
    }
    if (offset_ >= window_.size) {
      if (!doubtful_) return Item::end;
      pending_.push_back(*std::exchange(doubtful_, std::nullopt));
      continue;
    }
    const std::optional<uint64_t> length = payload_length(window_.read(offset_, kHeader));
    const uint64_t left = window_.size - offset_;
    if (!length || left < kHeader + kFooter || *length > left - kHeader - kFooter) {
      recover(length);
    } else if (doubtful_) {
      pending_.push_back(*std::exchange(doubtful_, std::nullopt));
    } else if (settle(*length) == Item::record) {
      return Item::record;
    }
  }
}

// Takes the record at the offset, whose length is within the file.
Records::Item Records::settle(uint64_t length) {
  const uint64_t begin = offset_ + kHeader, end = begin + length + kFooter;
  // A length may be damaged and still fit: what is long is hashed by chunks before it is held.
  if (length <= kChunk) window_.read(offset_, end - offset_);
  const uint32_t computed = window_.masked_crc_of(begin, length);
  const uint32_t stored = stored_crc(window_.read(begin + length, kFooter));
  if (computed != stored) {
    budget_.hashed -= static_cast<int64_t>(length);
    doubtful_ = Damage{"TB102", offset_, end - offset_, checksums(computed, stored)};
    offset_ = end;
    return Item::damage;
  }
  record = {begin, length, {}};
  if (length <= std::numeric_limits<int32_t>::max()) {
    window_.read(offset_, end - offset_);
    record.payload = window_.read(begin, length);
    ahead_ = window_.rest(end);
  }
  offset_ = end;
  return Item::record;
}

// Finds the next sound record behind a header that is wrong or claims too much.
void Records::recover(std::optional<uint64_t> length) {
  // Where bytes are missing, a doubtful record has swallowed the sound ones behind it.
  const uint64_t begin = doubtful_ && !budget_.spent() ? doubtful_->offset : offset_;
  std::optional<uint64_t> torn;
  if (length || window_.size - offset_ < kHeader) torn = offset_;
  std::optional<uint64_t> found;
  if (!budget_.spent()) found = search(begin + 1);
  lost(begin, found, torn, length);
  doubtful_.reset();
  offset_ = found.value_or(window_.size);
}

// Names the bytes from `begin` to the record that was found, or to the end of the file. `torn` is
// the offset of a record whose header is sound or incomplete, and which the file's end cuts off.
void Records::lost(uint64_t begin, std::optional<uint64_t> found, std::optional<uint64_t> torn,
                   std::optional<uint64_t> length) {
  const uint64_t size = window_.size;
  const auto yield_doubtful = [&] {
    begin = doubtful_->offset + doubtful_->length;
    pending_.push_back(*doubtful_);
  };
  const auto yield = [&](const char* code, uint64_t from, uint64_t to, std::string detail) {
    pending_.push_back({code, from, to - from, std::move(detail)});
  };
  if (found) {
    // What was found lies behind it: its length was right.
    if (doubtful_ && *found > doubtful_->offset + doubtful_->length) yield_doubtful();
    yield("TB108", begin, *found, "the length of a record is damaged, or bytes are missing");
    return;
  }
  if (budget_.spent()) {
    // It was spent on the doubtful record: nothing was searched for.
    if (doubtful_ && doubtful_->offset < begin) yield_doubtful();
    yield("TB108", begin, size, "damaged; the search for the next sound record was given up");
    return;
  }
  if (doubtful_) yield_doubtful();
  if (!torn) {
    yield("TB108", begin, size, "the length of a record is damaged, and no sound record follows");
  } else if (!length) {
    yield("TB101", *torn, size, "the file ends inside a record's header");
  } else {
    const uint64_t there = size - *torn > kHeader ? size - *torn - kHeader : 0;
    yield("TB101", *torn, size,
          "a record of " + with_commas(*length) + " bytes begins, of which " +
              with_commas(std::min(there, *length)) + " are there");
  }
}

// The offset of the first sound record at or after `begin`.
std::optional<uint64_t> Records::search(uint64_t begin) {
  size_t block = size_t{4} << 10;  // growing: a near record costs little
  while (begin + kHeader + kFooter < window_.size) {
    const Bytes view = window_.read(begin, block);
    if (view.size() < kHeader) return std::nullopt;  // the file has shrunk meanwhile
    const size_t places = view.size() - kHeader + 1;
    size_t place = 0;
    for (; place < places; ++place) {
      const uint64_t room = window_.size - begin - place;
      if (room <= kHeader + kFooter) return std::nullopt;
      const uint8_t* header = view.begin + place;
      const uint64_t length = load<uint64_t>(header);
      if (length - 1 >= room - kHeader - kFooter) continue;  // empty, or longer than the file
      if (payload_length({header, kHeader})) break;
    }
    begin += place;
    if (place < places) {
      if (sound(begin)) return begin;
      if (budget_.spent()) return std::nullopt;
      ++begin;
    }
    block = std::min(block * 2, kChunk);
  }
  return std::nullopt;
}

// Whether the record whose header stands at an offset has the payload that it promises.
bool Records::sound(uint64_t offset) {
  const uint64_t length = load<uint64_t>(window_.read(offset, 8).begin);
  const uint32_t computed = window_.masked_crc_of(offset + kHeader, length);
  if (computed == stored_crc(window_.read(offset + kHeader + length, kFooter))) return true;
  budget_.hashed -= static_cast<int64_t>(length);
  --budget_.candidates;
  return false;
}

}  // namespace tbreport
