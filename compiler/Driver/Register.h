//===- Register.h - Everything sinter and sinter-opt know ---------*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_REGISTER_H
#define SINTER_COMPILER_DRIVER_REGISTER_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace sinter {

/// Registers every dialect, interface model, pass and pipeline of Sinter, and
/// the upstream dialects they produce. Shared by all tools.
void registerAllSinter(mlir::DialectRegistry &registry);

} // namespace sinter

#endif // SINTER_COMPILER_DRIVER_REGISTER_H
