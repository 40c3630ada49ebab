//===- Winograd.h - Matrices of Winograd's algorithms -------------*- C++ -*-===//
//
// F(m x m, 3x3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks"
// (2016): an output tile Y of m x m pixels comes of an input tile d of m + 2 rows and columns
// and a filter g as
//
//   Y = A^T [(G g G^T) * (B^T d B)] A.
//
// m is 4 with the points 0, +-1, +-2 and infinity, or 2 with 0, +-1 and infinity.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_DIALECTS_KERNEL_IR_WINOGRAD_H
#define SINTER_DIALECTS_KERNEL_IR_WINOGRAD_H

#include "llvm/ADT/SmallVector.h"

namespace sinter::kernel {

/// Rows of numbers.
using Matrix = llvm::SmallVector<llvm::SmallVector<double, 6>, 6>;

/// Of F(m x m, 3x3) for an m of 4 or 2.
struct WinogradMatrices {
  Matrix filter; ///< G, m + 2 rows of 3
  Matrix input;  ///< B^T, m + 2 rows of m + 2
  Matrix output; ///< A^T, m rows of m + 2

  static const WinogradMatrices &get(int64_t tileSize);
};

/// A bound on what rounding to f32 may cost one output of a 3x3 convolution of `inputs`
/// channels by F(m x m, 3x3), to first order, as a share of the largest output that filters and
/// inputs of that magnitude can give, 9 inputs max|g| max|d|. After Barabasz et al., "Error
/// Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks" (2020),
/// theorem 2:
///
///   |error| <= u (n_A + n_B + 1 + inputs + 1) |A^T| [(|G| |g| |G^T|) * (|B^T| |d| |B|)] |A|
///
/// with the unit roundoff u = 2^-24, n_A and n_B roundings one after another in the output's and
/// the input's transform, 1 in the filter, which is transformed in f64, and 1 for each product
/// and sum over channels.
double winogradErrorBound(int64_t tileSize, int64_t inputs);

} // namespace sinter::kernel

#endif // SINTER_DIALECTS_KERNEL_IR_WINOGRAD_H
