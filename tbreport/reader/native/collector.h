// One file's content while it is read.

#pragma once

#include <deque>
#include <string_view>
#include <unordered_map>

#include "event.h"
#include "histograms.h"
#include "records.h"
#include "scan.h"
#include "shape.h"
#include "tensors.h"

namespace tbreport {

struct Tag {
  explicit Tag(Tag* none) : next(none ? none : this) {}
  Tag(const Tag&) = delete;

  std::string name;
  std::string plugin;  // as it was remembered; empty where none was seen
  ScalarColumns* scalars = nullptr;
  HistogramColumns* histograms = nullptr;
  Shape shape;
  uint64_t begin = 0;  // offset behind the record in which it came first
  Tag* next;           // the tag that followed this one last time
};

class Collector {
 public:
  // `arena`: where columns are cut from, if anywhere.
  Collector(const Kinds& kinds, Plugins plugins, Arena* arena = nullptr);

  // What is read of the file: its size, and the offset before which all was read earlier.
  void begin(uint64_t size, uint64_t offset) {
    scan_.size = size;
    scan_.good_bytes = offset;
  }

  uint64_t size() const { return scan_.size; }

  // Takes the records that look like the last ones of the tags that are expected; where the first
  // other one begins. `offset`: of the first of them. Shape::kSlack bytes are readable behind.
  const uint8_t* take_alike(Bytes records, uint64_t offset);

  void take(const Record& record);

  void take(const Damage& damage) {
    problems_.add(damage.code, damage.offset, damage.length, damage.detail);
  }

  // An error of the operating system while the file was read.
  void take(const std::system_error& error);

  // Names what is wrong with the file as a whole, once all of it was seen; `head` is its beginning.
  void judge_file(Bytes head);

  FileScan finish();

 private:
  void take_event(const Record& record);
  void take_value(const Record& record, Bytes bytes, uint64_t index);
  bool take_tensor(Tag& tag);
  void learn(Tag& tag, Bytes payload, const uint8_t* number, size_t width);
  void add_blob(const Record& record, Kind kind, Bytes tag, uint64_t index);

  void add_scalar(Tag& tag, double value);
  void make_room(Tag& tag);
  double share(const Tag& tag) const;
  HistogramColumns& histograms_of(Tag& tag);
  Tag& tag_named(Bytes name);
  void whole(std::string detail);

  const Kinds& kinds_;
  Arena* const arena_;
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
