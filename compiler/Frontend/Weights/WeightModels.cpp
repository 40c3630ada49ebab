//===- WeightModels.cpp - What weights are to the operations that read them -===//

#include "compiler/Frontend/Weights/WeightSource.h"
#include "dialects/NN/IR/NN.h"

using namespace mlir;
using namespace sinter::nn;

namespace {

/// An operation whose operands have fixed numbers.
template <typename Op, WeightRole... roles>
struct FixedRoles : WeightUserOpInterface::ExternalModel<FixedRoles<Op, roles...>, Op> {
  WeightRole getWeightRole(Operation *, unsigned operand) const {
    constexpr WeightRole table[] = {roles...};
    assert(operand < std::size(table) && "expects a role for every operand");
    return table[operand];
  }
};

struct FusedConv2dRoles : WeightUserOpInterface::ExternalModel<FusedConv2dRoles, FusedConv2dOp> {
  WeightRole getWeightRole(Operation *op, unsigned operand) const {
    if (operand == 1)
      return WeightRole::Filter;
    return operand == 2 && cast<FusedConv2dOp>(op).getBias() ? WeightRole::Bias : WeightRole::Data;
  }
};

/// input, reduce, [reduce_bias], expand, [expand_bias]
template <typename Op> struct GateRoles : WeightUserOpInterface::ExternalModel<GateRoles<Op>, Op> {
  WeightRole getWeightRole(Operation *op, unsigned operand) const {
    unsigned expand = cast<Op>(op).getExpandMutable().getOperandNumber();
    if (operand == 0)
      return WeightRole::Data;
    if (operand == 1)
      return WeightRole::Reduce;
    if (operand < expand)
      return WeightRole::Bias;
    return operand == expand ? WeightRole::Expand : WeightRole::ExpandBias;
  }
};

using R = WeightRole;
using ConvRoles = FixedRoles<Conv2dOp, R::Data, R::Filter, R::Bias>;
using LinearRoles = FixedRoles<LinearOp, R::Data, R::Filter, R::Bias>;
using BatchNormRoles =
    FixedRoles<BatchNormOp, R::Data, R::Gamma, R::Beta, R::RunningMean, R::RunningVar>;
using FoldedWeightRoles = FixedRoles<FoldedWeightOp, R::Filter, R::Gamma, R::RunningVar>;
using FoldedScaleRoles = FixedRoles<FoldedScaleOp, R::Gamma, R::RunningVar>;
using ComposedWeightRoles = FixedRoles<ComposedWeightOp, R::Reduce, R::Filter>;
using ComposedBiasRoles = FixedRoles<ComposedBiasOp, R::Reduce, R::Bias, R::Bias>;
using FoldedBiasRoles =
    FixedRoles<FoldedBiasOp, R::Gamma, R::Beta, R::RunningMean, R::RunningVar, R::Bias>;

} // namespace

void sinter::registerWeightModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    Conv2dOp::attachInterface<ConvRoles>(*context);
    LinearOp::attachInterface<LinearRoles>(*context);
    BatchNormOp::attachInterface<BatchNormRoles>(*context);
    FoldedWeightOp::attachInterface<FoldedWeightRoles>(*context);
    FoldedScaleOp::attachInterface<FoldedScaleRoles>(*context);
    FoldedBiasOp::attachInterface<FoldedBiasRoles>(*context);
    ComposedWeightOp::attachInterface<ComposedWeightRoles>(*context);
    ComposedBiasOp::attachInterface<ComposedBiasRoles>(*context);
    FusedConv2dOp::attachInterface<FusedConv2dRoles>(*context);
    SqueezeExciteOp::attachInterface<GateRoles<SqueezeExciteOp>>(*context);
    SEGateOp::attachInterface<GateRoles<SEGateOp>>(*context);
  });
}
