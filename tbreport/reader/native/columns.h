// Growing columns: one tag's points, in file order. Their memory becomes that of the arrays.

#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "memory.h"

namespace tbreport {

template <class Number>
void resize(Number*& numbers, size_t size, size_t capacity, Arena* arena) {
  numbers = static_cast<Number*>(
      resized(numbers, size * sizeof(Number), capacity * sizeof(Number), arena));
}

// Room for as many points of a tag as the file will hold if it goes on as it began, so that a
// regular file's columns are moved a few times while they are short and end with little to spare.
// The more points there are, the more the estimate is trusted, but no more than four times: a tag
// may end early, and room that is cut from a huge page is taken whether it is filled or not.
// `share`: the part that was read of what the file holds from the tag's first point on, the next
// point included.
inline size_t room(size_t points, double share) {
  const auto size = static_cast<double>(points);
  const double expected = share > 0 ? (size + 1) / share * 1.01 : 0;
  const double trusted = std::min(size, 4.0) * size + 16;
  return static_cast<size_t>(std::clamp(expected, std::min(1.5 * size + 16, trusted), trusted));
}

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
  ~Array() { release(numbers_); }

  size_t size() const { return size_; }
  Number* begin() const { return numbers_; }
  Number& back() const { return numbers_[size_ - 1]; }
  bool full() const { return size_ == capacity_; }

  void push(Number number) {
    if (full()) reserve(2 * size_);
    numbers_[size_++] = number;
  }

  // Room for as many more, which the caller fills.
  Number* extend(size_t count) {
    if (size_ + count > capacity_) reserve(std::max(size_ + count, 2 * size_));
    size_ += count;
    return numbers_ + size_ - count;
  }

  void reserve(size_t capacity, Arena* arena = nullptr) {
    if (capacity <= capacity_ && numbers_) return;
    capacity = std::max(capacity, size_t{8});
    resize(numbers_, size_, capacity, arena);
    capacity_ = capacity;
  }

 private:
  Number* numbers_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

// Fields as in scan.ScalarColumns. One size for all three: the scan spends its time here.
class ScalarColumns {
 public:
  ScalarColumns() = default;
  ScalarColumns(const ScalarColumns&) = delete;
  ScalarColumns& operator=(const ScalarColumns&) = delete;
  ~ScalarColumns() {
    release(steps_);
    release(wall_times_);
    release(values_);
  }

  void add(int64_t step, double wall_time, double value) {
    steps_[size_] = step;
    wall_times_[size_] = wall_time;
    values_[size_] = value;
    ++size_;
  }

  // Whether there is no room for another point.
  bool full() const { return size_ == capacity_; }

  // `share`: see `room`.
  void grow(double share, Arena* arena) {
    const size_t wanted = room(size_, share);
    resize(steps_, size_, wanted, arena);
    resize(wall_times_, size_, wanted, arena);
    resize(values_, size_, wanted, arena);
    capacity_ = wanted;
  }

  size_t size() const { return size_; }
  const int64_t* steps() const { return steps_; }
  const double* wall_times() const { return wall_times_; }
  const double* values() const { return values_; }

  // Whether steps rise strictly.
  bool rising() const {
    size_t falls = 0;
    for (size_t n = 1; n < size_; ++n) falls += steps_[n] <= steps_[n - 1];
    return !falls;
  }

 private:
  int64_t* steps_ = nullptr;
  double* wall_times_ = nullptr;
  double* values_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
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

  // `share`: see `room`. Without it columns grow all the same, but are moved more often.
  void grow(double share, Arena* arena) {
    const size_t rows = steps.size(), wanted = room(rows, share);
    steps.reserve(wanted, arena);
    offsets.reserve(wanted + 1, arena);
    for (Array<double>* column : {&wall_times, &min, &max, &num, &sum, &sum_squares}) {
      column->reserve(wanted, arena);
    }
    const double growth =
        static_cast<double>(wanted) / static_cast<double>(std::max<size_t>(rows, 1));
    for (Array<double>* column : {&edges, &counts}) {  // rows are not equally long
      column->reserve(static_cast<size_t>(static_cast<double>(column->size()) * growth), arena);
    }
  }
};

}  // namespace tbreport
