// The bytes of an event → its fields. The bytes must have passed `valid`; those of messages within
// are handed on as they stand.

#pragma once

#include <string>

#include "wire.h"

namespace tbreport {

// A message that may come in pieces: the bytes of two put end to end decode to their merger. No
// known writer does this, but the format allows it.
class Merged {
 public:
  void clear() {
    bytes_ = {};
    seen_ = false;
    joined_.clear();
  }

  void add(Bytes piece) {
    if (!seen_) {
      bytes_ = piece;
      seen_ = true;
      return;
    }
    if (joined_.empty()) joined_.assign(bytes_.text());
    joined_.append(piece.text());
    bytes_ = Bytes(joined_);
  }

  Bytes bytes() const { return bytes_; }

 private:
  Bytes bytes_;
  bool seen_ = false;
  std::string joined_;
};

// Which member of Event.what is set, by its field number.
enum class What : uint8_t {
  nothing = 0,
  file_version = 3,
  graph_def = 4,
  summary = 5,
  log_message = 6,
  session_log = 7,
  tagged_run_metadata = 8,
  meta_graph_def = 9,
};

// Which member of Summary.Value.value is set, by its field number.
enum class Filled : uint8_t {
  nothing = 0,
  simple_value = 2,
  obsolete_histogram = 3,
  image = 4,
  histo = 5,
  audio = 6,
  tensor = 8,
};

// Of two events, one after the other, the second takes the place of the first: it keeps its memory.
struct Event {
  double wall_time;
  int64_t step;
  What what;
  Merged content;  // of `what`
  Merged source_metadata;

  void read(Bytes payload);
};

struct Value {
  Bytes tag;
  Bytes plugin_name;
  Bytes plugin_content;
  Filled filled;
  float simple_value;
  const uint8_t* number;  // where the four bytes of `simple_value` stand
  Merged content;         // of what is filled, where it has a length
  Merged metadata;
  Merged plugin;

  void read(Bytes value);

 private:
  void read_metadata();
};

// Whether a SessionLog's status is START.
bool is_start(Bytes session_log);

// The string in the first field of a message: SourceMetadata.writer, TaggedRunMetadata.tag.
Bytes first_text(Bytes message);

// Calls `take` with the bytes of each value of a summary.
template <class Take>
void each_value(Bytes summary, Take take) {
  Reader reader(summary);
  Field field;
  while (reader.next(field)) {
    if (field.number == 1 && field.wire == Wire::bytes) take(field.bytes);
  }
}

}  // namespace tbreport
