// One file's content while it is read.

#pragma once

#include <cmath>
#include <deque>
#include <string_view>
#include <unordered_map>

#include "event.h"
#include "histograms.h"
#include "records.h"
#include "scan.h"
#include "tensors.h"

namespace tbreport {

// The bytes around the number of a tag's last record, where that held one scalar and nothing else.
// A record with the same bytes around needs no parsing: writers repeat themselves, in every
// encoding.
struct Shape {
  std::string around;           // from the field tag of the summary to the end, without the number
  size_t before = 0;            // how much of it stands before the number
  size_t after = 0;             // and how much behind
  size_t width = 0;             // of the number: a float32, a float64
  ptrdiff_t length = kUnknown;  // of all three

  static constexpr ptrdiff_t kUnknown = -1;
};

struct Tag {
  explicit Tag(Tag* none) : next(none ? none : this) {}
  Tag(const Tag&) = delete;

  std::string name;
  std::string plugin;  // as it was remembered; empty where none was seen
  ScalarColumns* scalars = nullptr;
  HistogramColumns* histograms = nullptr;
  Shape shape;
  Tag* next;  // the tag that followed this one last time
};

// Reads wall time and step; where the summary should begin, null where the order is another one.
inline const uint8_t* read_times(Bytes payload, double& wall_time, uint64_t& step) {
  constexpr uint8_t kWallTime = 1 << 3 | static_cast<uint8_t>(Wire::fixed64);
  constexpr uint8_t kStep = 2 << 3 | static_cast<uint8_t>(Wire::varint);
  const uint8_t* at = payload.begin;
  if (payload.size() < 10 || *at != kWallTime) return nullptr;
  wall_time = load<double>(at + 1);
  at += 9;
  step = 0;
  return *at == kStep ? read_varint(at + 1, payload.end, step) : at;
}

// What std::memcmp finds out, without a call for lengths as they are.
inline bool same_bytes(const uint8_t* these, const uint8_t* those, size_t length) {
  if (length < 8 || length > 32) return !std::memcmp(these, those, length);
  const auto differ = [&](size_t n) {
    return load<uint64_t>(these + n) ^ load<uint64_t>(those + n);
  };
  uint64_t different = differ(0) | differ(length - 8);
  if (length > 16) different |= differ(8) | differ(length - 16);
  return !different;
}

class Collector {
 public:
  Collector(const Kinds& kinds, Plugins plugins);

  // What is read of the file: its size, and the offset before which all was read earlier.
  void begin(uint64_t size, uint64_t offset) {
    scan_.size = size;
    scan_.good_bytes = offset;
  }

  uint64_t size() const { return scan_.size; }

  void take(const Record& record) {
    ++scan_.records;
    scan_.good_bytes = record.offset + record.length + kFooter;
    if (!take_like_the_last(record)) take_event(record);
  }

  void take(const Damage& damage) {
    problems_.add(damage.code, damage.offset, damage.length, damage.detail);
  }

  // An error of the operating system while the file was read.
  void take(const std::system_error& error);

  // Names what is wrong with the file as a whole, once all of it was seen; `head` is its beginning.
  void judge_file(Bytes head);

  FileScan finish();

 private:
  // Takes a record that has the shape of the tag's last one; false where it has another.
  bool take_like_the_last(const Record& record) {
    Tag& tag = *last_->next;
    const Shape& shape = tag.shape;
    double wall_time;
    uint64_t step;
    const uint8_t* at = read_times(record.payload, wall_time, step);
    if (!at || record.payload.end - at != shape.length || !std::isfinite(wall_time)) return false;
    const uint8_t* number = at + shape.before;
    const uint8_t* around = Bytes(shape.around).begin;
    if (!same_bytes(at, around, shape.before)) return false;
    if (shape.after && !same_bytes(number + shape.width, around + shape.before, shape.after)) {
      return false;
    }
    last_wall_time_ = wall_time;
    last_ = &tag;
    ScalarColumns& columns = *tag.scalars;
    if (columns.full()) make_room(tag);
    columns.add(static_cast<int64_t>(step), wall_time,
                shape.width == sizeof(float) ? static_cast<double>(load<float>(number))
                                             : load<double>(number));
    return true;
  }

  void take_event(const Record& record);
  void take_value(const Record& record, Bytes bytes, uint64_t index);
  bool take_tensor(Tag& tag);
  void learn(Tag& tag, Bytes payload, const uint8_t* number, size_t width);
  void add_blob(const Record& record, Kind kind, Bytes tag, uint64_t index);

  void add_scalar(Tag& tag, double value);
  void make_room(Tag& tag);
  HistogramColumns& histograms_of(Tag& tag);
  Tag& tag_named(Bytes name);
  void whole(std::string detail);

  const Kinds& kinds_;
  FileScan scan_;
  Problems problems_;
  uint64_t undecoded_ = 0;
  std::deque<Tag> tags_;
  std::unordered_map<std::string_view, Tag*> by_name_;
  Tag none_{nullptr};   // follows where nothing is known to follow
  Tag* last_ = &none_;  // the tag of the scalar before
  double last_wall_time_ = 0;

  // One after another in the same memory.
  Event event_;
  Value value_;
  Tensor tensor_;
  LegacyHistogram legacy_;
};

}  // namespace tbreport
