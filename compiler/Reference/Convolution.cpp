//===- Convolution.cpp - The reference's convolution ----------------------===//
//
// The formula of nn.conv2d with its loops ordered so that the innermost runs
// along an image row, which the C++ compiler vectorizes. Every output value is
// summed by one thread in one order.
//
//===----------------------------------------------------------------------===//

#include "compiler/Reference/Functions.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Parallel.h"

using namespace sinter;
using namespace sinter::reference;

namespace {

/// The positions i in [begin, end) of an output row or column at which
/// i * stride + offset lies inside the input; elsewhere the input is zero.
struct Inside {
  int64_t begin = 0, end, stride, offset;

  Inside(int64_t steps, int64_t size, int64_t stride, int64_t offset)
      : end(steps), stride(stride), offset(offset) {
    while (begin < end && begin * stride + offset < 0)
      ++begin;
    while (end > begin && (end - 1) * stride + offset >= size)
      --end;
  }
};

/// One output channel of one image: `planes` are the input channels it sees.
struct Channel {
  const double *planes, *filter;
  int64_t channels, inputHeight, inputWidth, outputWidth;
  llvm::ArrayRef<Inside> rows, columns; ///< one per row and column of the kernel
  double *result;

  /// result[y,x] += w * plane[row(y), column(x)] wherever that is inside.
  void accumulate(double w, const double *plane, const Inside &row, const Inside &column) const {
    for (int64_t y = row.begin; y < row.end; ++y) {
      const double *in = plane + (y * row.stride + row.offset) * inputWidth + column.offset;
      double *out = result + y * outputWidth;
      if (column.stride == 1)
        for (int64_t x = column.begin; x < column.end; ++x)
          out[x] += w * in[x];
      else
        for (int64_t x = column.begin; x < column.end; ++x)
          out[x] += w * in[x * column.stride];
    }
  }

  void compute() const {
    const double *w = filter;
    for (int64_t c = 0; c < channels; ++c)
      for (const Inside &row : rows)
        for (const Inside &column : columns)
          accumulate(*w++, planes + c * inputHeight * inputWidth, row, column);
  }
};

} // namespace

DoubleTensor reference::conv2d(Dims shape, const DoubleTensor &input, const DoubleTensor &weight,
                               const DoubleTensor *bias, const ConvGeometry &geometry) {
  int64_t inputChannels = input.shape[1], height = input.shape[2], width = input.shape[3];
  int64_t outputChannels = shape[1], outputPixels = shape[2] * shape[3];
  int64_t groupChannels = weight.shape[1], channelsPerGroup = outputChannels / geometry.groups;
  int64_t filterSize = groupChannels * weight.shape[2] * weight.shape[3];

  llvm::SmallVector<Inside> rows, columns;
  for (int64_t r = 0; r < weight.shape[2]; ++r)
    rows.emplace_back(shape[2], height, geometry.strides[0],
                      r * geometry.dilations[0] - geometry.padding[0]);
  for (int64_t s = 0; s < weight.shape[3]; ++s)
    columns.emplace_back(shape[3], width, geometry.strides[1],
                         s * geometry.dilations[1] - geometry.padding[1]);

  DoubleTensor result{Shape(shape), std::vector<double>(shape[0] * outputChannels * outputPixels)};
  llvm::parallelFor(0, shape[0] * outputChannels, [&](size_t index) {
    int64_t n = index / outputChannels, k = index % outputChannels, group = k / channelsPerGroup;
    double *out = result.data.data() + index * outputPixels;
    std::fill_n(out, outputPixels, bias ? bias->data[k] : 0.0);
    const double *planes =
        input.data.data() + (n * inputChannels + group * groupChannels) * height * width;
    Channel{planes,
            weight.data.data() + k * filterSize,
            groupChannels,
            height,
            width,
            shape[3],
            rows,
            columns,
            out}
        .compute();
  });
  return result;
}
