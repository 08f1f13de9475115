// Bytes as the payload of a record, in a frame whose checksums are right, and a second payload like
// it: the input's last two bytes say where that one differs, and how.
//
// What is taken by its shape must be what is found field by field.

#include <memory>

#include "schema.h"
#include "target.h"

namespace tbreport {
namespace {

// A record in memory that ends with what Shape may look at behind it.
class Framed {
 public:
  explicit Framed(Bytes payload)
      : size_(kHeader + payload.size() + kFooter), bytes_(new uint8_t[size_ + Shape::kSlack]()) {
    put(0, uint64_t{payload.size()});
    put(8, masked_crc({bytes_.get(), 8}));
    if (!payload.empty()) std::memcpy(bytes_.get() + kHeader, payload.begin, payload.size());
    put(kHeader + payload.size(), masked_crc(payload));
  }

  Bytes all() const { return {bytes_.get(), size_}; }

  Record record(uint64_t begin) const {
    const uint64_t length = size_ - kHeader - kFooter;
    return {begin + kHeader, length, {bytes_.get() + kHeader, static_cast<size_t>(length)}};
  }

 private:
  template <class Number>
  void put(size_t place, Number number) {
    std::memcpy(bytes_.get() + place, &number, sizeof number);
  }

  size_t size_;
  std::unique_ptr<uint8_t[]> bytes_;
};

FileScan decoded(const Framed& first, const Framed& second, bool by_shape) {
  Collector collector(kKinds, {{"remembered", "scalars"}});
  const size_t length = first.all().size();
  collector.begin(2 * length, 0);
  collector.take(first.record(0));
  const uint8_t* at = second.all().begin;
  if (by_shape) at = collector.take_alike(second.all(), length);
  if (at != second.all().end) collector.take(second.record(length));
  return collector.finish();
}

template <class Number>
bool same(const Number* these, const Number* those, size_t count) {
  return !count || !std::memcmp(these, those, count * sizeof(Number));
}

void require_same(const FileScan& a, const FileScan& b) {
  require(a.records == b.records && a.good_bytes == b.good_bytes);
  require(a.first_wall_time == b.first_wall_time && a.last_wall_time == b.last_wall_time);
  require(a.plugins == b.plugins && a.problems.size() == b.problems.size());
  require(a.blobs.size() == b.blobs.size() && a.histograms.size() == b.histograms.size());
  require(a.scalars.size() == b.scalars.size());
  for (size_t n = 0; n < a.scalars.size(); ++n) {
    const ScalarColumns &these = *a.scalars[n].columns, &those = *b.scalars[n].columns;
    require(a.scalars[n].tag == b.scalars[n].tag && these.size() == those.size());
    require(same(these.steps(), those.steps(), these.size()));
    require(same(these.wall_times(), those.wall_times(), these.size()));
    require(same(these.values(), those.values(), these.size()));
  }
}

}  // namespace
}  // namespace tbreport

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t length) {
  using namespace tbreport;
  if (length < 2) return 0;
  const size_t place = bytes[length - 2];
  const uint8_t change = bytes[length - 1];
  const Bytes payload{bytes, length - 2};
  valid(payload, event_schema);  // in memory that ends where the input does
  std::string like(payload.text());
  if (place < like.size()) like[place] = static_cast<char>(like[place] ^ change);
  const Framed first(payload), second{Bytes(like)};
  require_same(decoded(first, second, true), decoded(first, second, false));
  return 0;
}
