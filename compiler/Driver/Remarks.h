//===- Remarks.h - What the passes did, and why not more ----------*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_REMARKS_H
#define SINTER_COMPILER_DRIVER_REMARKS_H

namespace mlir {
class MLIRContext;
} // namespace mlir

namespace sinter::driver {

/// Prints the remarks of passes that run in `context` from now on to standard error, one
/// a line: "net.sinter:7:3: remark: [nn-raise-res-block] layer1.0: residual block with ...".
void printRemarks(mlir::MLIRContext &context);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_REMARKS_H
