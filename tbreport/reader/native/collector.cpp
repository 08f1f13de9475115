#include "collector.h"

#include <cmath>

#include "schema.h"

namespace tbreport {
namespace {

// The bytes that begin the fields of an event as writers order them.
constexpr uint8_t kWallTime = 1 << 3 | static_cast<uint8_t>(Wire::fixed64);
constexpr uint8_t kStep = 2 << 3 | static_cast<uint8_t>(Wire::varint);
constexpr uint8_t kSummary = 5 << 3 | static_cast<uint8_t>(Wire::bytes);
constexpr uint8_t kValue = 1 << 3 | static_cast<uint8_t>(Wire::bytes);

// Reads wall time and step; where the summary should begin, null where the order is another one.
const uint8_t* read_times(Bytes payload, double& wall_time, uint64_t& step) {
  const uint8_t* at = payload.begin;
  if (payload.size() < 10 || *at != kWallTime) return nullptr;
  wall_time = load<double>(at + 1);
  at += 9;
  step = 0;
  return *at == kStep ? read_varint(at + 1, payload.end, step) : at;
}

// Behind the tag and length of a field that goes on to the end; null where it does not.
const uint8_t* enter_last(const uint8_t* at, const uint8_t* end, uint8_t tag) {
  if (!at || at == end || *at != tag) return nullptr;
  uint64_t length;
  at = read_varint(at + 1, end, length, 5);
  return at && length == static_cast<uint64_t>(end - at) ? at : nullptr;
}

std::string as_python_shows(double number) {
  if (std::isnan(number)) return "nan";
  return number < 0 ? "-inf" : "inf";
}

}  // namespace

Collector::Collector(const Kinds& kinds, Plugins plugins) : kinds_(kinds) {
  scan_.plugins = std::move(plugins);
}

bool Collector::take_like_the_last(const Record& record) {
  if (!last_ || !last_->next || !last_->next->shape.width) return false;
  Tag& tag = *last_->next;
  const Shape& shape = tag.shape;
  const Bytes payload = record.payload;
  double wall_time;
  uint64_t step;
  const uint8_t* at = read_times(payload, wall_time, step);
  if (!at || !std::isfinite(wall_time)) return false;
  const size_t after = shape.around.size() - shape.before;
  const uint8_t* number = at + shape.before;
  if (static_cast<size_t>(payload.end - at) != shape.around.size() + shape.width ||
      std::memcmp(at, shape.around.data(), shape.before) ||
      std::memcmp(number + shape.width, shape.around.data() + shape.before, after)) {
    return false;
  }
  scan_.last_wall_time = wall_time;
  add_scalar(tag, static_cast<int64_t>(step), wall_time,
             shape.width == sizeof(float) ? static_cast<double>(load<float>(number))
                                          : load<double>(number));
  return true;
}

void Collector::take_event(const Record& record) {
  if (record.payload.size() != record.length || !valid(record.payload, event_schema)) {
    ++undecoded_;
    problems_.add("TB103", record.offset, record.length,
                  "the record is sound, but what it holds is not an event");
    return;
  }
  event_.read(record.payload);
  if (!std::isfinite(event_.wall_time)) {
    problems_.add("TB105", record.offset, record.length,
                  "an event of step " + std::to_string(event_.step) + " has the wall time " +
                      as_python_shows(event_.wall_time));
    return;
  }
  if (!scan_.first_wall_time) scan_.first_wall_time = event_.wall_time;
  scan_.last_wall_time = event_.wall_time;
  const Bytes content = event_.content.bytes();
  uint64_t index = 0;
  switch (event_.what) {
    case What::summary:
      each_value(content, [&](Bytes value) { take_value(record, value, index++); });
      break;
    case What::file_version:
      if (scan_.file_version.empty()) scan_.file_version = content.text();
      if (scan_.writer.empty()) {
        scan_.writer = first_text(event_.source_metadata.bytes()).text();
      }
      break;
    case What::session_log:
      if (is_start(content)) scan_.purges.push_back({event_.step, event_.wall_time});
      break;
    case What::graph_def:
      add_blob(record, kinds_.graph_def, {}, 0);
      break;
    case What::meta_graph_def:
      add_blob(record, kinds_.meta_graph_def, {}, 0);
      break;
    case What::tagged_run_metadata:
      add_blob(record, kinds_.tagged_run_metadata, first_text(content), 0);
      break;
    case What::log_message:
    case What::nothing:
      break;
  }
}

void Collector::take_value(const Record& record, Bytes bytes, uint64_t index) {
  value_.read(bytes);
  Tag& tag = tag_named(value_.tag);
  if (tag.plugin.empty() && !value_.plugin_name.empty()) {
    tag.plugin = value_.plugin_name.text();
    tag.shape.width = 0;  // its next tensor may be of another kind
    scan_.plugins.emplace(tag.name, tag.plugin);
  }
  Kind kind = kinds_.tensors;
  switch (value_.filled) {
    case Filled::simple_value:
      add_scalar(tag, event_.step, event_.wall_time, static_cast<double>(value_.simple_value));
      return learn(tag, record.payload, value_.number, sizeof value_.simple_value);
    case Filled::histo:
      legacy_.read(value_.content.bytes());
      return legacy_.add_to(histograms_of(tag));
    case Filled::tensor:
      tensor_.read(value_.content.bytes());
      if (take_tensor(tag)) {
        size_t width;
        const uint8_t* number = tensor_.place(width);
        return learn(tag, record.payload, number, width);
      }
      break;
    case Filled::image:
      kind = kinds_.image;
      break;
    case Filled::audio:
      kind = kinds_.audio;
      break;
    case Filled::obsolete_histogram:
    case Filled::nothing:
      break;
  }
  kind = kinds_.of(tag.plugin, kind);
  if (kind == kinds_.hparams) scan_.sessions.emplace_back(value_.plugin_content.text());
  // Not what its plugin promises: listed as a tensor, so that it is not lost.
  if (kind == kinds_.scalars || kind == kinds_.histograms) kind = kinds_.tensors;
  add_blob(record, kind, value_.tag, index);
}

// Takes a tensor that belongs into a column; false where it is of another kind.
bool Collector::take_tensor(Tag& tag) {
  const Kind kind = kinds_.of(tag.plugin, kinds_.tensors);
  double number;
  if ((kind == kinds_.scalars || (kind == kinds_.tensors && tensor_.shape.empty())) &&
      tensor_.number(number)) {
    add_scalar(tag, event_.step, event_.wall_time, number);
    return true;
  }
  if (kind == kinds_.histograms && tensor_.rows()) {
    add_rows(tensor_.found, histograms_of(tag));
    return true;
  }
  return false;
}

void Collector::learn(Tag& tag, Bytes payload, const uint8_t* number, size_t width) {
  tag.shape.width = 0;
  double wall_time;
  uint64_t step;
  const uint8_t* const begin = read_times(payload, wall_time, step);
  const uint8_t* const value = enter_last(begin, payload.end, kSummary);
  const uint8_t* const inner = enter_last(value, payload.end, kValue);
  if (!inner || !number || std::less<>()(number, inner) ||
      std::less<>()(payload.end - width, number)) {
    return;
  }
  tag.shape.before = static_cast<size_t>(number - begin);
  tag.shape.around.assign(reinterpret_cast<const char*>(begin), tag.shape.before);
  tag.shape.around.append(reinterpret_cast<const char*>(number + width),
                          static_cast<size_t>(payload.end - number) - width);
  tag.shape.width = width;
}

void Collector::add_scalar(Tag& tag, int64_t step, double wall_time, double value) {
  if (!tag.scalars) {
    scan_.scalars.push_back({tag.name, std::make_unique<ScalarColumns>()});
    tag.scalars = scan_.scalars.back().columns.get();
  }
  const double share = static_cast<double>(scan_.good_bytes) / static_cast<double>(scan_.size);
  tag.scalars->add(step, wall_time, value, share);
  if (last_) last_->next = &tag;
  last_ = &tag;
}

HistogramColumns& Collector::histograms_of(Tag& tag) {
  if (!tag.histograms) {
    scan_.histograms.push_back({tag.name, std::make_unique<HistogramColumns>()});
    tag.histograms = scan_.histograms.back().columns.get();
  }
  tag.histograms->steps.push(event_.step);
  tag.histograms->wall_times.push(event_.wall_time);
  return *tag.histograms;
}

void Collector::add_blob(const Record& record, Kind kind, Bytes tag, uint64_t index) {
  scan_.blobs.push_back({kind, std::string(tag.text()), event_.step, event_.wall_time,
                         record.offset, record.length, index});
}

Tag& Collector::tag_named(Bytes name) {
  const auto found = by_name_.find(name.text());
  if (found != by_name_.end()) return *found->second;
  Tag& tag = tags_.emplace_back();
  tag.name = name.text();
  const auto remembered = scan_.plugins.find(tag.name);
  if (remembered != scan_.plugins.end()) tag.plugin = remembered->second;
  by_name_.emplace(tag.name, &tag);
  return tag;
}

void Collector::take(const std::system_error& error) {
  problems_.add("TB109", scan_.good_bytes, 0, error.code().message());
}

void Collector::judge_file(Bytes head) {
  static constexpr std::string_view kLfs = "version https://git-lfs";
  if (!scan_.size) {
    problems_.add("TB103", 0, 0, "the file is empty");
  } else if (head.text() == kLfs) {
    whole("it is a Git LFS pointer; fetch the file itself with: git lfs pull");
  } else if (!scan_.records && problems_.has("TB108")) {
    whole("it is not an event file: it holds no sound record");
  } else if (scan_.records && undecoded_ == scan_.records) {
    whole("it is not an event file: its records hold something else");
  } else if (scan_.records && problems_.problems.empty() && scan_.scalars.empty() &&
             scan_.histograms.empty() && scan_.blobs.empty()) {
    problems_.add("TB104", 0, scan_.size, "no value was written after the header");
  }
}

// Replaces what was noted by one problem of the whole file.
void Collector::whole(std::string detail) {
  problems_ = Problems();
  problems_.add("TB103", 0, scan_.size, std::move(detail));
}

FileScan Collector::finish() {
  scan_.problems = std::move(problems_.problems);
  return std::move(scan_);
}

}  // namespace tbreport
