//===- NNBase.td - Types and op classes of the nn dialect ---*- tablegen -*-===//

#ifndef SINTER_DIALECTS_NN_IR_NNBASE_TD
#define SINTER_DIALECTS_NN_IR_NNBASE_TD

include "dialects/NN/IR/NNDialect.td"
include "dialects/NN/Interfaces/NNInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

/// Between 1 and 2^31 - 1 elements: indices fit 32 bits, and products of two
/// element counts (multiply-accumulates) fit 63, whatever a file says.
def NN_BoundedShapePred :
    CPred<"::sinter::nn::hasBoundedShape(::llvm::cast<::mlir::ShapedType>($_self))">;

class NN_StaticTensor<Type base, string summary> :
    ConfinedType<base, [HasStaticShapePred, NN_BoundedShapePred],
                 summary # " of 1 to 2147483647 elements">;

def NN_Tensor : NN_StaticTensor<RankedTensorOf<[F32]>, "static f32 tensor">;
/// N x C x H x W.
def NN_FeatureMap : NN_StaticTensor<4DTensorOf<[F32]>, "static NCHW f32 tensor">;
/// K x C/groups x R x S.
def NN_Filter : NN_StaticTensor<4DTensorOf<[F32]>, "static KCRS f32 filter">;
def NN_Matrix : NN_StaticTensor<2DTensorOf<[F32]>, "static f32 matrix">;
/// One value per channel.
def NN_Vector : NN_StaticTensor<1DTensorOf<[F32]>, "static f32 vector">;

class NN_Op<string mnemonic, list<Trait> traits = []> : Op<NN_Dialect, mnemonic, traits>;

/// A pure operation whose result types follow from its operands and attributes.
/// Shape errors are reported by the inference itself, so they read the same
/// from a frontend, a pass and the parser.
class NN_ShapedOp<string mnemonic, list<Trait> traits = []> :
    NN_Op<mnemonic, !listconcat([Pure, InferTypeOpAdaptor], traits)>;

class NN_Activation<string mnemonic, list<Trait> traits = []> :
    NN_Op<mnemonic, !listconcat([Pure, SameOperandsAndResultType,
        DeclareOpInterfaceMethods<NN_ActivationOpInterface>], traits)> {
  let arguments = (ins NN_Tensor:$input);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

#endif // SINTER_DIALECTS_NN_IR_NNBASE_TD
