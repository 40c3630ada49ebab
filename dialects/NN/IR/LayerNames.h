//===- LayerNames.h - The network's names of operations -----------*- C++ -*-===//

#ifndef SINTER_DIALECTS_NN_IR_LAYERNAMES_H
#define SINTER_DIALECTS_NN_IR_LAYERNAMES_H

#include "mlir/IR/Location.h"

namespace sinter::nn {

/// The layer names in `loc` ("layer1.0.conv1"), in order, each once: a fused
/// operation has those of all its layers, one without a name has none.
llvm::SmallVector<llvm::StringRef> getLayerNames(mlir::Location loc);

} // namespace sinter::nn

#endif // SINTER_DIALECTS_NN_IR_LAYERNAMES_H
