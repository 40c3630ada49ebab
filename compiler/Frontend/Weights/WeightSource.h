//===- WeightSource.h - Where the weights of a network come from --*- C++ -*-===//
//
// A network's weights by their state-dict keys: a mapped file or a generator.
// Nothing is copied until a tensor is read.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_WEIGHTS_WEIGHTSOURCE_H
#define SINTER_COMPILER_FRONTEND_WEIGHTS_WEIGHTSOURCE_H

#include "compiler/Support/Tensor.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/LogicalResult.h"

#include <memory>
#include <string>
#include <vector>

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace sinter {

/// How the elements of a stored tensor are encoded.
enum class WeightType { F32, F16, BF16, Other };

/// What is known of a weight before its values are read.
struct WeightInfo {
  Shape shape;
  WeightType type = WeightType::F32;
  std::string typeName = "F32"; ///< as the file spells it
};

/// Weights by key. Thread-safe once constructed.
class WeightSource {
public:
  virtual ~WeightSource() = default;

  /// What to call the source in an error: a path, or "random:7".
  virtual llvm::StringRef name() const = 0;

  /// Every key, sorted.
  virtual std::vector<llvm::StringRef> keys() const = 0;

  /// Shape and type of a weight; null if there is none under this key.
  virtual const WeightInfo *lookup(llvm::StringRef key) const = 0;

  /// Reads all values of a weight that `lookup` knows and whose type is not
  /// Other. `values` has as many elements as the weight. Exact: every type
  /// that is accepted fits into f32.
  virtual void read(llvm::StringRef key, llvm::MutableArrayRef<float> values) const = 0;
};

/// User-facing messages, one line each, without "error:" in front.
using ErrorList = std::vector<std::string>;

/// Opens what `--weights` names: FILE.safetensors, or random:SEED for weights of
/// the parameters of `module`. Returns null and says why in `errors`.
std::unique_ptr<WeightSource> openWeights(llvm::StringRef spec, mlir::ModuleOp module,
                                          ErrorList &errors);

/// For a message about `path`: that it is a pickle, and how to convert it; "" for no pickle.
std::string explainPickle(llvm::StringRef path);

/// Holds every nn.parameter of `module` to `source`. Lists all weights that are
/// missing, left over, misshapen, of a wrong type or not finite.
llvm::LogicalResult checkWeights(mlir::ModuleOp module, const WeightSource &source,
                                 ErrorList &errors);

/// True if a stored tensor may stand for a parameter: equal shapes, or a matrix
/// O x I for a filter O x I x 1 x 1 and the other way round.
bool shapesAgree(llvm::ArrayRef<int64_t> expected, llvm::ArrayRef<int64_t> stored);

/// Attaches WeightUserOpInterface to the operations that read weights.
void registerWeightModels(mlir::DialectRegistry &registry);

} // namespace sinter

#endif // SINTER_COMPILER_FRONTEND_WEIGHTS_WEIGHTSOURCE_H
