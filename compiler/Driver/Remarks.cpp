//===- Remarks.cpp - What the passes did, and why not more ----------------===//

#include "compiler/Driver/Remarks.h"

#include "compiler/Support/Location.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace sinter;

namespace {

struct Printer final : remark::detail::MLIRRemarkStreamerBase {
  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    std::string place = placeOf(remark.getLocation()), layer = layerOf(remark.getLocation());
    llvm::errs() << (place.empty() ? "sinter" : place) << ": remark: ["
                 << remark.getCombinedCategoryName() << "] " << layer
                 << (layer.empty() ? "" : ": ");
    for (const auto &argument : remark.getArgs())
      llvm::errs() << argument.val;
    llvm::errs() << "\n";
  }
};

} // namespace

void driver::printRemarks(MLIRContext &context) {
  // `all` alone enables nothing.
  remark::RemarkCategories everything{std::nullopt, ".*", ".*", ".*", ".*"};
  LogicalResult enabled =
      remark::enableOptimizationRemarks(context, std::make_unique<Printer>(),
                                        std::make_unique<remark::RemarkEmittingPolicyAll>(),
                                        everything);
  assert(succeeded(enabled) && "expects a context without remarks");
  static_cast<void>(enabled);
}
