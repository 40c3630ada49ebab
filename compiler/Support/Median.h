//===- Median.h - The median of measured numbers ------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_SUPPORT_MEDIAN_H
#define SINTER_COMPILER_SUPPORT_MEDIAN_H

#include <algorithm>
#include <vector>

namespace sinter {

/// The middle one of `values`, of which there is one at least; of an even number the mean of
/// the middle two.
inline double medianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t count = values.size();
  return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

} // namespace sinter

#endif // SINTER_COMPILER_SUPPORT_MEDIAN_H
