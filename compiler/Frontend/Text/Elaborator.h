//===- Elaborator.h - Syntax tree to nn module --------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_TEXT_ELABORATOR_H
#define SINTER_COMPILER_FRONTEND_TEXT_ELABORATOR_H

#include "compiler/Frontend/Text/Loader.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace sinter::text {

/// Builds the module of `network`, a network of `file`: evaluates numbers,
/// conditions, repetitions and calls of blocks, and leaves one nn operation for
/// each layer. `batch` replaces the leading dimension of the inputs. Returns
/// null after errors were reported.
mlir::OwningOpRef<mlir::ModuleOp> elaborate(const SourceFile &file, const Network &network,
                                            std::optional<int64_t> batch, Loader &loader,
                                            const llvm::SourceMgr &sources,
                                            Diagnostics &diagnostics, mlir::MLIRContext &context);

} // namespace sinter::text

#endif // SINTER_COMPILER_FRONTEND_TEXT_ELABORATOR_H
