// Growing columns: one tag's points, in file order. Their memory becomes that of the arrays.

#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

namespace tbreport {

// Numbers behind each other. Unlike std::vector's, its memory is not touched before it is used, and
// may move without being copied (realloc remaps pages).
template <class Number>
class Array {
 public:
  Array() = default;
  Array(Array&& other) noexcept
      : numbers_(std::exchange(other.numbers_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Array& operator=(Array&& other) noexcept {
    std::swap(numbers_, other.numbers_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  ~Array() { std::free(numbers_); }

  size_t size() const { return size_; }
  Number* begin() const { return numbers_; }
  Number& back() const { return numbers_[size_ - 1]; }
  bool full() const { return size_ == capacity_; }

  void push(Number number) {
    if (full()) reserve(2 * size_);
    numbers_[size_++] = number;
  }

  void reserve(size_t capacity) {
    if (capacity <= capacity_ && numbers_) return;
    capacity = std::max(capacity, size_t{8});
    void* moved = std::realloc(numbers_, capacity * sizeof(Number));
    if (!moved) throw std::bad_alloc();
    numbers_ = static_cast<Number*>(moved);
    capacity_ = capacity;
  }

 private:
  Number* numbers_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

struct ScalarColumns {
  Array<int64_t> steps;
  Array<double> wall_times;
  Array<double> values;

  // `share`: which part of the file was read.
  void add(int64_t step, double wall_time, double value, double share) {
    if (steps.full()) grow(share);
    steps.push(step);
    wall_times.push(wall_time);
    values.push(value);
  }

  // Makes room for as many points as the file will hold if it goes on as it began, so that a
  // regular file's columns are moved twice and end with little to spare.
  void grow(double share) {
    const auto size = static_cast<double>(steps.size());
    const double expected = share > 0 ? size / share * 1.02 : 0;
    const double wanted = std::clamp(expected, 1.5 * size + 16, 64 * size + 16);
    const auto capacity = static_cast<size_t>(wanted);
    steps.reserve(capacity);
    wall_times.reserve(capacity);
    values.reserve(capacity);
  }
};

// Fields as in scan.HistogramColumns.
struct HistogramColumns {
  Array<int64_t> steps;
  Array<double> wall_times;
  Array<int64_t> offsets;
  Array<double> edges;
  Array<double> counts;
  Array<double> min, max, num, sum, sum_squares;

  HistogramColumns() { offsets.push(0); }
};

}  // namespace tbreport
