//===- NNOps.td - Operations of the nn dialect --------------*- tablegen -*-===//
//
// The umbrella: one file per theme.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_DIALECTS_NN_IR_NNOPS_TD
#define SINTER_DIALECTS_NN_IR_NNOPS_TD

include "dialects/NN/IR/NNParameterOps.td"
include "dialects/NN/IR/NNLayerOps.td"
include "dialects/NN/IR/NNElementwiseOps.td"
include "dialects/NN/IR/NNBlockOps.td"
include "dialects/NN/IR/NNFusedOps.td"

#endif // SINTER_DIALECTS_NN_IR_NNOPS_TD
