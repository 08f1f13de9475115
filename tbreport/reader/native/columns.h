// Growing columns: one tag's points, in file order. Their memory becomes that of the arrays.

#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

namespace tbreport {

template <class Number>
void resize(Number*& numbers, size_t capacity) {
  void* moved = std::realloc(numbers, capacity * sizeof(Number));
  if (!moved) throw std::bad_alloc();
  numbers = static_cast<Number*>(moved);
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
  ~Array() { std::free(numbers_); }

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

  void reserve(size_t capacity) {
    if (capacity <= capacity_ && numbers_) return;
    capacity = std::max(capacity, size_t{8});
    resize(numbers_, capacity);
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
    std::free(steps_);
    std::free(wall_times_);
    std::free(values_);
  }

  void add(int64_t step, double wall_time, double value) {
    steps_[size_] = step;
    wall_times_[size_] = wall_time;
    values_[size_] = value;
    ++size_;
  }

  // Whether there is no room for another point.
  bool full() const { return size_ == capacity_; }

  // Makes room for as many points as the file will hold if it goes on as it began, so that a
  // regular file's columns are moved a few times while they are short and end with little to spare.
  // The more points there are, the more the estimate is trusted. `share`: the part of the file that
  // was read, this point included.
  void grow(double share) {
    const auto size = static_cast<double>(size_);
    const double expected = share > 0 ? (size + 1) / share * 1.01 : 0;
    const auto wanted =
        static_cast<size_t>(std::clamp(expected, 1.5 * size + 16, size * size + 16));
    resize(steps_, wanted);
    resize(wall_times_, wanted);
    resize(values_, wanted);
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
};

}  // namespace tbreport
