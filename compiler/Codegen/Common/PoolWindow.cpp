//===- PoolWindow.cpp - Windows of pooling --------------------------------===//

#include "compiler/Codegen/Common/PoolWindow.h"

using namespace mlir;
using namespace sinter;

PoolWindow sinter::clipWindow(kernel::PoolOp op, Emitter &e, int dimension, Value position) {
  Value start = e.sub(e.mul(position, op.getStrides()[dimension]),
                      e.index(op.getPadding()[dimension]));
  Value size = e.index(op.getInput().getType().getDimSize(2 + dimension));
  return {start, e.max(start, e.index(0)), e.min(e.add(start, op.getKernel()[dimension]), size)};
}

Value sinter::windowLength(kernel::PoolOp op, Emitter &e, int dimension,
                           const PoolWindow &window) {
  if (!op.getCountIncludePad())
    return e.sub(window.end, window.begin);
  // Padding counts; what only ceil_mode adds behind it does not.
  int64_t padded =
      op.getInput().getType().getDimSize(2 + dimension) + op.getPadding()[2 + dimension];
  Value end = e.min(e.add(window.start, op.getKernel()[dimension]), e.index(padded));
  return e.sub(end, window.start);
}
