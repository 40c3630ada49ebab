//===- Schedules.h - The schedule of each layer -------------------*- C++ -*-===//
//
// Every convolution and linear layer carries its schedule as an attribute, `kernel.schedule`,
// when its kernels are made. Whoever wants another one than the cost model's sets it before.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_CONVERSION_NNTOKERNEL_SCHEDULES_H
#define SINTER_COMPILER_CONVERSION_NNTOKERNEL_SCHEDULES_H

#include "compiler/Conversion/NNToKernel/ConvSchedule.h"

namespace sinter {

/// What schedules are chosen for.
struct SchedulePolicy {
  VectorUnit unit;
  /// What rounding may cost a layer, by the bounds of Winograd.h; 0: anything.
  double maxError = 0;
  /// On a GPU, what convolutions multiply; null on a CPU.
  mlir::FloatType product = {};
};

/// True if `op` has a schedule: nn.fused_conv2d and nn.linear.
bool isScheduled(mlir::Operation *op);

/// Gives `op`, which is scheduled, the cost model's schedule if it has none, and checks the one
/// that it has.
mlir::LogicalResult assignSchedule(mlir::Operation *op, const SchedulePolicy &policy);

/// What is wrong with the schedule that `op` carries, or "".
std::string whyUnusable(mlir::Operation *op, const SchedulePolicy &policy);

/// The schedule that `op` carries.
Schedule getSchedule(mlir::Operation *op);
/// The same; none if there is no attribute, or one for a GPU.
std::optional<Schedule> findSchedule(mlir::Operation *op);

/// Schedules worth measuring for `op`: the cost model's first, then its next best ones.
llvm::SmallVector<mlir::Attribute> candidateSchedules(mlir::Operation *op,
                                                      const SchedulePolicy &policy);

} // namespace sinter

#endif // SINTER_COMPILER_CONVERSION_NNTOKERNEL_SCHEDULES_H
