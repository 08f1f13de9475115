// TensorProto → numbers, in every dtype and both encodings; what tensors.py does.

#pragma once

#include <vector>

#include "event.h"

namespace tbreport {

// One tensor after another, in the same memory. `read` first; `numbers` fills `found`.
class Tensor {
 public:
  void read(Bytes tensor);

  // All elements, flat; false where they are not real numbers. `found` may be shorter than the
  // shape says when bytes are missing, and is longer than what was written where the last one is
  // repeated.
  bool numbers();

  // The value of a tensor of one element, whatever its rank; false for any other.
  bool number(double& value);

  // The [k, 3] rows (left, right, count) of a histogram, in `found`; false where it is none.
  bool rows();

  // Where the bytes of the one element stand that `number` found, if they are a little-endian
  // float32 or float64 as it is; null otherwise.
  const uint8_t* place(size_t& width) const;

  std::vector<int64_t> shape;
  std::vector<double> found;

 private:
  void typed_values(uint32_t number);
  void repeat_last();

  Bytes tensor_;
  Bytes content_;
  int32_t dtype_ = 0;
  Merged shape_;
};

}  // namespace tbreport
