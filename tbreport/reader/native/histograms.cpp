#include "histograms.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "wire.h"

namespace tbreport {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Packed doubles, or one that is not.
Bytes doubles(const Field& field, const uint8_t* behind) {
  if (field.wire == Wire::bytes) return field.bytes;
  return field.wire == Wire::fixed64 ? Bytes{behind - 8, 8} : Bytes{};
}

double number(Bytes doubles, size_t place) {
  return load<double>(doubles.begin + place * sizeof(double));
}

// numpy.clip: a limit that is not a number wins over everything, a number that is none stays.
double clipped(double number, double low, double high) {
  if (std::isnan(low)) return low;
  if (std::isnan(high)) return high;
  if (number < low) number = low;
  return number > high ? high : number;
}

// The edge that follows one: an edge that runs backwards is held at the highest one before, and so
// is one that is no number (numpy.fmax). There is one zero.
double edge_after(double before, double edge) {
  edge += 0.0;
  return before >= edge || std::isnan(edge) ? before : edge;
}

// Appends an edge of the histogram that begins at `begin` of the edges.
void add_edge(HistogramColumns& columns, size_t begin, double edge) {
  const bool first = columns.edges.size() == begin;
  columns.edges.push(first ? edge + 0.0 : edge_after(columns.edges.back(), edge));
}

void add_moments(HistogramColumns& columns, double min, double max, double num, double sum,
                 double sum_squares) {
  columns.offsets.push(static_cast<int64_t>(columns.counts.size()));
  columns.min.push(min);
  columns.max.push(max);
  columns.num.push(num);
  columns.sum.push(sum);
  columns.sum_squares.push(sum_squares);
}

}  // namespace

void LegacyHistogram::read(Bytes histo) {
  min_ = max_ = num_ = sum_ = sum_squares_ = 0;
  limits_.clear();
  counts_.clear();
  double* const moments[] = {&min_, &max_, &num_, &sum_, &sum_squares_};
  Reader reader(histo);
  Field field;
  while (reader.next(field)) {
    if (field.number <= 5 && field.wire == Wire::fixed64) {
      std::memcpy(moments[field.number - 1], &field.value, sizeof field.value);
    } else if (field.number == 6) {
      limits_.add(doubles(field, reader.at()));
    } else if (field.number == 7) {
      counts_.add(doubles(field, reader.at()));
    }
  }
}

void LegacyHistogram::add_to(HistogramColumns& columns) const {
  const Bytes limits = limits_.bytes(), counts = counts_.bytes();
  const size_t buckets = counts.size() / sizeof(double);
  size_t first = 0, last = buckets;
  while (first < buckets && !(number(counts, first) > 0)) ++first;
  while (last > first && !(number(counts, last - 1) > 0)) --last;
  if (first == last || limits.size() / sizeof(double) < buckets) {
    columns.edges.push(kNan);
  } else {
    --last;
    const double low = std::isfinite(min_) ? min_ : number(limits, first ? first - 1 : 0);
    const double high = std::isfinite(max_) ? max_ : number(limits, last);
    double* edge = columns.edges.extend(last - first + 2);
    *edge = low + 0.0;
    for (size_t n = first; n < last; ++n, ++edge) {
      edge[1] = edge_after(*edge, clipped(number(limits, n), low, high));
    }
    edge[1] = edge_after(*edge, high);
    const size_t filled = last - first + 1;
    std::memcpy(columns.counts.extend(filled), counts.begin + first * sizeof(double),
                filled * sizeof(double));
  }
  add_moments(columns, min_, max_, num_, sum_, sum_squares_);
}

void add_rows(const std::vector<double>& rows, HistogramColumns& columns) {
  const size_t count = rows.size() / 3;
  if (!count) {
    columns.edges.push(kNan);
    add_moments(columns, kNan, kNan, 0, kNan, kNan);
    return;
  }
  const auto left = [&](size_t n) { return rows[3 * n]; };
  const auto right = [&](size_t n) { return rows[3 * n + 1]; };
  const size_t begin = columns.edges.size();
  size_t first = count, last = 0;  // with a count
  for (size_t n = 0; n < count; ++n) {
    if (n && left(n) != right(n - 1)) {  // a gap between rows becomes an empty bucket
      add_edge(columns, begin, right(n - 1));
      columns.counts.push(0);
    }
    add_edge(columns, begin, left(n));
    columns.counts.push(rows[3 * n + 2]);
    if (rows[3 * n + 2] > 0) {
      first = std::min(first, n);
      last = n;
    }
  }
  add_edge(columns, begin, right(count - 1));
  const bool filled = first < count;
  add_moments(columns, left(filled ? first : 0), right(filled ? last : count - 1),
              0 + pairwise_sum(rows.data() + 2, count, 3), kNan, kNan);
}

double pairwise_sum(const double* numbers, size_t count, size_t stride) {
  if (count > 128) {
    size_t half = count / 2;
    half -= half % 8;
    return pairwise_sum(numbers, half, stride) +
           pairwise_sum(numbers + half * stride, count - half, stride);
  }
  double sum = -0.0;
  size_t n = 0;
  if (count >= 8) {
    double part[8];
    for (; n < 8; ++n) part[n] = numbers[n * stride];
    for (; n + 8 <= count; n += 8) {
      for (size_t k = 0; k < 8; ++k) part[k] += numbers[(n + k) * stride];
    }
    sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
  }
  for (; n < count; ++n) sum += numbers[n * stride];
  return sum;
}

}  // namespace tbreport
