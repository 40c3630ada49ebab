//===- WriteArtifact.h - What code generation left, as a file -----*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_WRITEARTIFACT_H
#define SINTER_COMPILER_DRIVER_WRITEARTIFACT_H

#include "compiler/Driver/Compiler.h"
#include "compiler/Driver/Progress.h"
#include "compiler/Driver/WorkFolder.h"
#include "compiler/Frontend/Weights/WeightSource.h"
#include "compiler/Target/Model.h"

namespace sinter::driver {

/// What an artifact is made of.
struct ArtifactParts {
  const CompileOptions &options;
  Progress &progress;
  WorkFolder &folder;
  mlir::OwningOpRef<mlir::ModuleOp> code;     ///< of the codegen stage; released early
  mlir::OwningOpRef<mlir::ModuleOp> &planned; ///< has the weights
  const Model &model;
  const WeightSource *weights; ///< null where the output has none
  std::string header;
};

/// Writes what the user asked for to the file `product`.
llvm::Error writeArtifact(ArtifactParts &parts, const std::string &product);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_WRITEARTIFACT_H
