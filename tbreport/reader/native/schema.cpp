#include "schema.h"

namespace tbreport {
namespace {

using C = Content;

extern const Schema tensor_schema;

// tensorflow, core/framework: field numbers of what is not a plain number or bytes.

const Schema dim_schema{{2, C::text}};

const Schema shape_schema{{2, C::message, &dim_schema}};

const Schema dtype_and_shape_schema{{2, C::message, &shape_schema}};

const Schema resource_schema{
    {1, C::text},  // device
    {2, C::text},  // container
    {3, C::text},  // name
    {5, C::text},  // maybe_type_name
    {6, C::message, &dtype_and_shape_schema},
};

const Schema variant_schema{
    {1, C::text},  // type_name
    {3, C::message, &tensor_schema},
};

const Schema tensor_schema{
    {2, C::message, &shape_schema},
    {5, C::packed_fixed32},   // float_val
    {6, C::packed_fixed64},   // double_val
    {7, C::packed_varint},    // int_val
    {9, C::packed_fixed32},   // scomplex_val
    {10, C::packed_varint},   // int64_val
    {11, C::packed_varint},   // bool_val
    {12, C::packed_fixed64},  // dcomplex_val
    {13, C::packed_varint},   // half_val
    {14, C::message, &resource_schema},
    {15, C::message, &variant_schema},
    {16, C::packed_varint},  // uint32_val
    {17, C::packed_varint},  // uint64_val
};

const Schema histogram_schema{
    {6, C::packed_fixed64},  // bucket_limit
    {7, C::packed_fixed64},  // bucket
};

const Schema image_schema{};

const Schema audio_schema{{5, C::text}};  // content_type

const Schema plugin_schema{{1, C::text}};  // plugin_name

const Schema metadata_schema{
    {1, C::message, &plugin_schema},
    {2, C::text},  // display_name
    {3, C::text},  // summary_description
};

const Schema value_schema{
    {1, C::text},  // tag
    {4, C::message, &image_schema},
    {5, C::message, &histogram_schema},
    {6, C::message, &audio_schema},
    {7, C::text},  // node_name
    {8, C::message, &tensor_schema},
    {9, C::message, &metadata_schema},
};

const Schema summary_schema{{1, C::message, &value_schema}};

const Schema log_schema{{2, C::text}};  // message

const Schema session_schema{
    {2, C::text},  // checkpoint_path
    {3, C::text},  // msg
};

const Schema run_metadata_schema{{1, C::text}};  // tag

const Schema source_schema{{1, C::text}};  // writer

bool valid_varints(Bytes packed) {
  uint64_t value;
  const uint8_t* at = packed.begin;
  while (at && at < packed.end) at = read_varint(at, packed.end, value);
  return at;
}

// The length of the UTF-8 sequence that begins with a byte, which has its high bit set, and the
// range of the second byte; RFC 3629, section 4. Zero for a byte that begins none.
struct Lead {
  uint8_t length, low, high;
};

Lead lead(uint8_t byte) {
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

const Schema event_schema{
    {3, C::text},  // file_version
    {5, C::message, &summary_schema},
    {6, C::message, &log_schema},
    {7, C::message, &session_schema},
    {8, C::message, &run_metadata_schema},
    {10, C::message, &source_schema},
};

bool valid_utf8(Bytes text) {
  const uint8_t* at = text.begin;
  while (at < text.end) {
    if (text.end - at >= 8 && !(load<uint64_t>(at) & 0x8080808080808080)) {
      at += 8;
      continue;
    }
    if (*at < 0x80) {
      ++at;
      continue;
    }
    const Lead first = lead(*at);
    if (!first.length || text.end - at < first.length) return false;
    if (at[1] < first.low || at[1] > first.high) return false;
    for (int n = 2; n < first.length; ++n) {
      if ((at[n] & 0xC0) != 0x80) return false;
    }
    at += first.length;
  }
  return true;
}

bool valid(Bytes message, const Schema& schema, int depth) {
  Reader reader(message, depth);
  Field field;
  while (reader.next(field)) {
    if (field.wire != Wire::bytes || field.number >= Schema::kFields) continue;
    const Rule& rule = schema.rules[field.number];
    switch (rule.content) {
      case C::any:
        break;
      case C::text:
        if (!valid_utf8(field.bytes)) return false;
        break;
      case C::message:
        if (depth <= 0 || !valid(field.bytes, *rule.schema, depth - 1)) return false;
        break;
      case C::packed_varint:
        if (!valid_varints(field.bytes)) return false;
        break;
      case C::packed_fixed32:
        if (field.bytes.size() % 4) return false;
        break;
      case C::packed_fixed64:
        if (field.bytes.size() % 8) return false;
        break;
    }
  }
  return !reader.malformed();
}

}  // namespace tbreport
