//===- Convolution.h - Convolutions as test cases -----------------*- C++ -*-===//

#ifndef SINTER_TEST_NUMERICS_CONVOLUTION_H
#define SINTER_TEST_NUMERICS_CONVOLUTION_H

#include "test/numerics/Harness.h"

namespace sinter::numerics {

struct Convolution {
  int64_t batch = 1, channels = 16, height = 8, width = 8;
  int64_t outputs = 16, rows = 3, columns = 3;
  int64_t strideY = 1, strideX = 1, top = 1, left = 1, bottom = 1, right = 1;
  int64_t dilationY = 1, dilationX = 1, groups = 1;
  std::string activation = "identity";
  bool hasBias = true, hasResidual = false, wantsMean = false;
  bool hasScale = false; ///< on a CPU alone
  std::string schedule; ///< of its own, or the cost model's
};

/// The convolution as fused_conv2d; a residual is another convolution, a scale the means of a third.
void add(CaseModule &module, const Convolution &convolution);

/// A square filter on a square image, padded to keep its size at stride 1.
Convolution square(int64_t channels, int64_t outputs, int64_t size, int64_t kernel, int64_t stride);

} // namespace sinter::numerics

#endif // SINTER_TEST_NUMERICS_CONVOLUTION_H
