// Histogram payloads → edges, counts and moments at the end of a tag's columns; what buckets.py
// does.

#pragma once

#include <vector>

#include "bytes.h"
#include "columns.h"
#include "event.h"

namespace tbreport {

// A HistogramProto; its bytes must have passed `valid`.
class LegacyHistogram {
 public:
  void read(Bytes histo);
  void add_to(HistogramColumns& columns) const;

 private:
  double min_ = 0, max_ = 0, num_ = 0, sum_ = 0, sum_squares_ = 0;
  Merged limits_, counts_;  // doubles
};

// `rows`: [k, 3] of left, right, count.
void add_rows(const std::vector<double>& rows, HistogramColumns& columns);

// As numpy adds: pairs of sums, so that both engines agree to the last bit.
double pairwise_sum(const double* numbers, size_t count, size_t stride);

}  // namespace tbreport
