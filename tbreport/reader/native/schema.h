// Which bytes are an event at all: the messages of event.proto as tables, and the check that upb
// makes while it decodes. What passes it is read by event.h without further questions.

#pragma once

#include <array>
#include <initializer_list>

#include "wire.h"

namespace tbreport {

// What of a field can be wrong. Numbers outside of packed fields cannot: any varint will do, and
// another wire type makes the field an unknown one.
enum class Content : uint8_t { any, text, message, packed_varint, packed_fixed32, packed_fixed64 };

struct Schema;

struct Rule {
  uint8_t number;
  Content content;
  const Schema* schema = nullptr;  // of a message
};

struct Schema {
  static constexpr size_t kFields = 19;  // TensorProto has numbers up to 18
  std::array<Rule, kFields> rules{};

  Schema(std::initializer_list<Rule> given) {
    for (const Rule& rule : given) rules[rule.number] = rule;
  }
};

extern const Schema event_schema;

// Whether bytes decode as a message: the wire format is kept at every level that has a schema, and
// proto3 strings are UTF-8.
bool valid(Bytes message, const Schema& schema, int depth = kMaxDepth);

// Whether bytes are UTF-8, without surrogates or overlong forms (RFC 3629).
bool valid_utf8(Bytes text);

}  // namespace tbreport
