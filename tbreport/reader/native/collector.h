// One file's content while it is read.

#pragma once

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
  std::string around;  // from the field tag of the summary to the end, without the number
  size_t before = 0;   // how much of it stands before the number
  size_t width = 0;    // of the number: a float32, a float64; 0 where nothing is known
};

struct Tag {
  std::string name;
  std::string plugin;  // as it was remembered; empty where none was seen
  ScalarColumns* scalars = nullptr;
  HistogramColumns* histograms = nullptr;
  Shape shape;
  Tag* next = nullptr;  // the tag that followed this one last time
};

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
  bool take_like_the_last(const Record& record);
  void take_event(const Record& record);
  void take_value(const Record& record, Bytes bytes, uint64_t index);
  bool take_tensor(Tag& tag);
  void learn(Tag& tag, Bytes payload, const uint8_t* number, size_t width);
  void add_blob(const Record& record, Kind kind, Bytes tag, uint64_t index);
  void add_scalar(Tag& tag, int64_t step, double wall_time, double value);
  HistogramColumns& histograms_of(Tag& tag);
  Tag& tag_named(Bytes name);
  void whole(std::string detail);

  const Kinds& kinds_;
  FileScan scan_;
  Problems problems_;
  uint64_t undecoded_ = 0;
  std::deque<Tag> tags_;
  std::unordered_map<std::string_view, Tag*> by_name_;
  Tag* last_ = nullptr;  // the tag of the scalar before

  // One after another in the same memory.
  Event event_;
  Value value_;
  Tensor tensor_;
  LegacyHistogram legacy_;
};

}  // namespace tbreport
