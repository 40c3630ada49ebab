//===- ScheduleFile.h - Schedules in a file -----------------------*- C++ -*-===//
//
// What --tune writes and --schedules reads:
//
//   {
//     "version": 1,
//     "lanes": 16,
//     "schedules": [
//       {"layers": ["layer1.0.conv1", "layer1.0.conv2"],
//        "schedule": "#kernel.winograd<tile_size = 4, panel_vectors = 2, tiles = 28, register_tiles = 14>"}
//     ]
//   }
//
// or, for a GPU, without "lanes" and with schedules that are #kernel.gemm.
//
// Layers that it does not name have the cost model's schedules. Other keys are comments.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_DRIVER_SCHEDULEFILE_H
#define SINTER_COMPILER_DRIVER_SCHEDULEFILE_H

#include "compiler/Conversion/NNToKernel/Schedules.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace sinter::driver {

struct ScheduleFile {
  struct Entry {
    std::vector<std::string> layers;
    std::string schedule; ///< a `#kernel.direct`, `#kernel.winograd` or `#kernel.gemm`
    std::string comment;  ///< further keys as JSON, or ""
  };

  std::string path;
  int64_t lanes = 0; ///< f32 values per vector that the schedules are for; 0: for a GPU
  std::vector<Entry> entries;

  /// Reads a file of someone else's.
  static llvm::Expected<ScheduleFile> read(const std::string &path);
  /// As `read` takes it.
  std::string text() const;

  /// Sets the schedules of the named layers in the fused network `module`.
  llvm::Error apply(mlir::ModuleOp module, const SchedulePolicy &policy) const;
};

/// The attribute that `text` is, if it is a schedule; the error says what is wrong with it.
llvm::Expected<mlir::Attribute> parseSchedule(llvm::StringRef text, mlir::MLIRContext *context);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_SCHEDULEFILE_H
