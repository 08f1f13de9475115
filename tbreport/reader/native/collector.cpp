#include "collector.h"

#include <cmath>

#include "schema.h"

namespace tbreport {
namespace {

std::string as_python_shows(double number) {
  if (std::isnan(number)) return "nan";
  return number < 0 ? "-inf" : "inf";
}

}  // namespace

Collector::Collector(const Kinds& kinds, Plugins plugins, Arena* arena)
    : kinds_(kinds), arena_(arena) {
  scan_.plugins = std::move(plugins);
}

const uint8_t* Collector::take_alike(Bytes records, uint64_t offset) {
  const uint8_t* at = records.begin;
  for (;;) {
    Tag& tag = *last_->next;
    const Shape& shape = tag.shape;
    if (!shape.fits(at, records.end)) break;
    const Bytes payload{at + kHeader, static_cast<size_t>(shape.length()) - kHeader - kFooter};
    const double wall_time = shape.wall_time(at);
    if (masked_crc(payload) != load<uint32_t>(payload.end) || !std::isfinite(wall_time)) break;
    if (tag.scalars->full()) {
      scan_.good_bytes = offset + static_cast<uint64_t>(at + shape.length() - records.begin);
      make_room(tag);
    }
    tag.scalars->add(shape.step(at), wall_time, shape.number(at));
    last_wall_time_ = wall_time;
    last_ = &tag;
    ++scan_.records;
    at += shape.length();
  }
  if (at != records.begin) {
    scan_.good_bytes = offset + static_cast<uint64_t>(at - records.begin);
  }
  return at;
}

void Collector::take(const Record& record) {
  ++scan_.records;
  scan_.good_bytes = record.offset + record.length + kFooter;
  take_event(record);
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
  last_wall_time_ = event_.wall_time;
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
    tag.shape.forget();  // its next tensor may be of another kind
    scan_.plugins.emplace(tag.name, tag.plugin);
  }
  Kind kind = kinds_.tensors;
  switch (value_.filled) {
    case Filled::simple_value:
      add_scalar(tag, static_cast<double>(value_.simple_value));
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
    add_scalar(tag, number);
    return true;
  }
  if (kind == kinds_.histograms && tensor_.rows()) {
    add_rows(tensor_.found, histograms_of(tag));
    return true;
  }
  return false;
}

void Collector::learn(Tag& tag, Bytes payload, const uint8_t* number, size_t width) {
  const Bytes record{payload.begin - kHeader, kHeader + payload.size() + kFooter};
  if (number && !tag.shape.fits(record.begin, record.end)) tag.shape.learn(record, number, width);
}

void Collector::add_scalar(Tag& tag, double value) {
  if (!tag.scalars) {
    scan_.scalars.push_back({tag.name, std::make_unique<ScalarColumns>()});
    tag.scalars = scan_.scalars.back().columns.get();
  }
  if (tag.scalars->full()) make_room(tag);
  tag.scalars->add(event_.step, event_.wall_time, value);
  last_->next = &tag;
  last_ = &tag;
}

void Collector::make_room(Tag& tag) { tag.scalars->grow(share(tag), arena_); }

// The part that was read of what the file holds from the tag's first point on.
double Collector::share(const Tag& tag) const {
  return static_cast<double>(scan_.good_bytes - tag.begin) /
         static_cast<double>(scan_.size - tag.begin);
}

HistogramColumns& Collector::histograms_of(Tag& tag) {
  if (!tag.histograms) {
    scan_.histograms.push_back({tag.name, std::make_unique<HistogramColumns>()});
    tag.histograms = scan_.histograms.back().columns.get();
  }
  if (tag.histograms->steps.full()) tag.histograms->grow(share(tag), arena_);
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
  Tag& tag = tags_.emplace_back(&none_);
  tag.name = name.text();
  tag.begin = scan_.good_bytes;
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
  if (scan_.first_wall_time) scan_.last_wall_time = last_wall_time_;
  scan_.problems = std::move(problems_.problems);
  return std::move(scan_);
}

}  // namespace tbreport
