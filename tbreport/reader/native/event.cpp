#include "event.h"

namespace tbreport {
namespace {

template <class Number, class Bits>
Number from_bits(Bits bits) {
  Number number;
  static_assert(sizeof number == sizeof bits);
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

bool is_message(What what) {
  return what == What::summary || what == What::log_message || what == What::session_log ||
         what == What::tagged_run_metadata;
}

}  // namespace

void Event::read(Bytes payload) {
  wall_time = 0;
  step = 0;
  what = What::nothing;
  content.clear();
  source_metadata.clear();
  Reader reader(payload);
  Field field;
  while (reader.next(field)) {
    if (field.number == 1 && field.wire == Wire::fixed64) {
      wall_time = from_bits<double>(field.value);
    } else if (field.number == 2 && field.wire == Wire::varint) {
      step = static_cast<int64_t>(field.value);
    } else if (field.number >= 3 && field.number <= 9 && field.wire == Wire::bytes) {
      const What set = static_cast<What>(field.number);
      if (set != what || !is_message(set)) content.clear();
      what = set;
      content.add(field.bytes);
    } else if (field.number == 10 && field.wire == Wire::bytes) {
      source_metadata.add(field.bytes);
    }
  }
}

void Value::read(Bytes value) {
  tag = plugin_name = plugin_content = {};
  filled = Filled::nothing;
  simple_value = 0;
  number = nullptr;
  content.clear();
  metadata.clear();
  Reader reader(value);
  Field field;
  while (reader.next(field)) {
    if (field.number == 2 && field.wire == Wire::fixed32) {
      simple_value = from_bits<float>(static_cast<uint32_t>(field.value));
      filled = Filled::simple_value;
      number = reader.at() - sizeof simple_value;
    }
    if (field.wire != Wire::bytes) continue;
    switch (field.number) {
      case 1:
        tag = field.bytes;
        break;
      case 3:
      case 4:
      case 5:
      case 6:
      case 8: {
        const Filled set = static_cast<Filled>(field.number);
        if (set != filled || set == Filled::obsolete_histogram) content.clear();
        filled = set;
        content.add(field.bytes);
        break;
      }
      case 9:
        metadata.add(field.bytes);
        break;
    }
  }
  if (!metadata.bytes().empty()) read_metadata();
}

void Value::read_metadata() {
  plugin.clear();
  Field field;
  Reader outer(metadata.bytes());
  while (outer.next(field)) {
    if (field.number == 1 && field.wire == Wire::bytes) plugin.add(field.bytes);
  }
  Reader inner(plugin.bytes());
  while (inner.next(field)) {
    if (field.wire != Wire::bytes) continue;
    if (field.number == 1) plugin_name = field.bytes;
    if (field.number == 2) plugin_content = field.bytes;
  }
}

bool is_start(Bytes session_log) {
  uint32_t status = 0;
  Reader reader(session_log);
  Field field;
  while (reader.next(field)) {
    if (field.number == 1 && field.wire == Wire::varint)
      status = static_cast<uint32_t>(field.value);
  }
  return status == 1;
}

Bytes first_text(Bytes message) {
  Bytes text;
  Reader reader(message);
  Field field;
  while (reader.next(field)) {
    if (field.number == 1 && field.wire == Wire::bytes) text = field.bytes;
  }
  return text;
}

}  // namespace tbreport
