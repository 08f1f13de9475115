#include "tensors.h"

namespace tbreport {
namespace {

// A shape may claim more elements than the typed field has: the last one is repeated. A claim
// beyond this is not followed.
constexpr uint64_t kMaxRepeated = uint64_t{1} << 20;

// framework/types.proto
enum Dtype : int32_t {
  kFloat = 1,
  kDouble = 2,
  kInt32 = 3,
  kUint8 = 4,
  kInt16 = 5,
  kInt8 = 6,
  kInt64 = 9,
  kBool = 10,
  kBfloat16 = 14,
  kUint16 = 17,
  kHalf = 19,
  kUint32 = 22,
  kUint64 = 23,
};

// framework/tensor.proto: the repeated field that holds the values of a dtype; 0 for no real
// numbers.
uint32_t typed_field(int32_t dtype) {
  switch (dtype) {
    case kFloat:
      return 5;
    case kDouble:
      return 6;
    case kInt32:
    case kUint8:
    case kInt16:
    case kInt8:
    case kUint16:
      return 7;
    case kInt64:
      return 10;
    case kBool:
      return 11;
    case kBfloat16:
    case kHalf:
      return 13;
    case kUint32:
      return 16;
    case kUint64:
      return 17;
  }
  return 0;
}

double of_float_bits(uint32_t bits) {
  float number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

double of_bfloat16(uint16_t bits) { return of_float_bits(static_cast<uint32_t>(bits) << 16); }

// IEEE 754 binary16 → binary64, by its bits; a NaN keeps its payload.
double of_half(uint16_t half) {
  const uint64_t sign = static_cast<uint64_t>(half >> 15) << 63;
  uint64_t exponent = half >> 10 & 0x1F;
  uint64_t fraction = half & 0x3FF;
  uint64_t bits;
  if (exponent == 31) {
    bits = sign | uint64_t{0x7FF} << 52 | fraction << 42;
  } else if (exponent || !fraction) {
    bits = exponent ? sign | (exponent + 1023 - 15) << 52 | fraction << 42 : sign;
  } else {
    for (exponent = 1; !(fraction & 0x400); fraction <<= 1) --exponent;
    bits = sign | (exponent + 1023 - 15) << 52 | (fraction & 0x3FF) << 42;
  }
  double number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

template <class Number>
void append_as(Bytes content, std::vector<double>& found) {
  const size_t count = content.size() / sizeof(Number);
  found.resize(count);
  for (size_t n = 0; n < count; ++n) {
    found[n] = static_cast<double>(load<Number>(content.begin + n * sizeof(Number)));
  }
}

void append_bits(Bytes content, double (*convert)(uint16_t), std::vector<double>& found) {
  for (size_t n = 0; n + 2 <= content.size(); n += 2) {
    found.push_back(convert(load<uint16_t>(content.begin + n)));
  }
}

void append_content(int32_t dtype, Bytes content, std::vector<double>& found) {
  switch (dtype) {
    case kFloat:
      return append_as<float>(content, found);
    case kDouble:
      return append_as<double>(content, found);
    case kInt32:
      return append_as<int32_t>(content, found);
    case kUint8:
      return append_as<uint8_t>(content, found);
    case kInt16:
      return append_as<int16_t>(content, found);
    case kInt8:
      return append_as<int8_t>(content, found);
    case kInt64:
      return append_as<int64_t>(content, found);
    case kBool:
      for (const uint8_t* at = content.begin; at < content.end; ++at) found.push_back(*at != 0);
      return;
    case kBfloat16:
      return append_bits(content, of_bfloat16, found);
    case kUint16:
      return append_as<uint16_t>(content, found);
    case kHalf:
      return append_bits(content, of_half, found);
    case kUint32:
      return append_as<uint32_t>(content, found);
    case kUint64:
      return append_as<uint64_t>(content, found);
  }
}

double of_varint(int32_t dtype, uint64_t value) {
  switch (dtype) {
    case kInt64:
      return static_cast<double>(static_cast<int64_t>(value));
    case kUint64:
      return static_cast<double>(value);
    case kUint32:
      return static_cast<double>(static_cast<uint32_t>(value));
    case kBool:
      return value != 0;
    case kBfloat16: {
      // torch (2.13) writes the whole float32 where its upper half belongs.
      const auto bits = static_cast<uint32_t>(value);
      return bits > 0xFFFF ? of_float_bits(bits) : of_bfloat16(static_cast<uint16_t>(bits));
    }
    case kHalf:
      return of_half(static_cast<uint16_t>(value));
  }
  return static_cast<double>(static_cast<int32_t>(value));  // int_val, whatever the dtype's width
}

}  // namespace

void Tensor::read(Bytes tensor) {
  tensor_ = tensor;
  content_ = {};
  dtype_ = 0;
  shape_.clear();
  shape.clear();
  found.clear();
  Field field;
  Reader reader(tensor);
  while (reader.next(field)) {
    if (field.number == 1 && field.wire == Wire::varint) {
      dtype_ = static_cast<int32_t>(field.value);
    } else if (field.number == 2 && field.wire == Wire::bytes) {
      shape_.add(field.bytes);
    } else if (field.number == 4 && field.wire == Wire::bytes) {
      content_ = field.bytes;
    }
  }
  Reader dims(shape_.bytes());
  while (dims.next(field)) {
    if (field.number != 2 || field.wire != Wire::bytes) continue;
    shape.push_back(0);
    Reader dim(field.bytes);
    while (dim.next(field)) {
      if (field.number == 1 && field.wire == Wire::varint) {
        shape.back() = static_cast<int64_t>(field.value);
      }
    }
  }
}

bool Tensor::numbers() {
  found.clear();
  const uint32_t typed = typed_field(dtype_);
  if (!typed) return false;
  if (content_.empty()) {
    typed_values(typed);
    repeat_last();
  } else {
    append_content(dtype_, content_, found);
  }
  return true;
}

void Tensor::typed_values(uint32_t number) {
  const Wire wire = dtype_ == kFloat    ? Wire::fixed32
                    : dtype_ == kDouble ? Wire::fixed64
                                        : Wire::varint;
  const auto add = [this](Bytes bytes) {
    for (const uint8_t* at = bytes.begin; at && at < bytes.end;) {
      if (dtype_ == kFloat) {
        found.push_back(static_cast<double>(load<float>(at)));
        at += sizeof(float);
      } else if (dtype_ == kDouble) {
        found.push_back(load<double>(at));
        at += sizeof(double);
      } else {
        uint64_t value;
        at = read_varint(at, bytes.end, value);
        if (at) found.push_back(of_varint(dtype_, value));
      }
    }
  };
  Reader reader(tensor_);
  Field field;
  while (reader.next(field)) {
    if (field.number != number) continue;
    if (field.wire == Wire::bytes) {
      add(field.bytes);
    } else if (field.wire == wire) {
      // One element outside of a packed field; its bytes end where the field does.
      const size_t width = wire == Wire::fixed32 ? 4 : 8;
      if (wire == Wire::varint) {
        found.push_back(of_varint(dtype_, field.value));
      } else {
        add({reader.at() - width, width});
      }
    }
  }
}

void Tensor::repeat_last() {
  uint64_t claimed = 1;
  for (const int64_t size : shape) {
    if (size <= 0) return;  // no elements are claimed
    const auto more = static_cast<uint64_t>(size);
    claimed = claimed > kMaxRepeated || more > kMaxRepeated ? kMaxRepeated + 1 : claimed * more;
  }
  if (!found.empty() && found.size() < claimed && claimed <= kMaxRepeated) {
    found.resize(static_cast<size_t>(claimed), found.back());
  }
}

bool Tensor::number(double& value) {
  for (const int64_t size : shape) {
    if (size != 1) return false;
  }
  if (!numbers() || found.size() != 1) return false;
  value = found[0];
  return true;
}

bool Tensor::rows() {
  if (!numbers() || shape.size() != 2 || shape[1] != 3) return false;
  return shape[0] >= 0 && found.size() % 3 == 0 &&
         found.size() / 3 == static_cast<uint64_t>(shape[0]);
}

const uint8_t* Tensor::place(size_t& width) const {
  width = dtype_ == kFloat ? sizeof(float) : sizeof(double);
  if ((dtype_ == kFloat || dtype_ == kDouble) && content_.size() == width) return content_.begin;
  return nullptr;
}

}  // namespace tbreport
