//===- RaiseResBlock.cpp - A sum of two paths to nn.res_block -------------===//
//
// The input of a block is the value through which all data of both addends
// goes and that is nearest to them: their nearest common dominator in the graph
// of data. Sums are visited in program order, so that a block inside a path is
// one operation when the sum behind it is visited.
//
//===----------------------------------------------------------------------===//

#include "dialects/NN/IR/NN.h"
#include "dialects/NN/Transforms/Passes.h"
#include "dialects/NN/Transforms/Raising.h"
#include "dialects/NN/Transforms/Remarks.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace sinter::nn {
#define GEN_PASS_DEF_RAISERESBLOCK
#include "dialects/NN/Transforms/Passes.h.inc"
} // namespace sinter::nn

using namespace mlir;
using namespace sinter::nn;

static constexpr StringLiteral passName = "nn-raise-res-block";

/// Bounds what a file can ask for: the work for a sum, and how deep blocks nest.
static constexpr size_t maxPathLength = 1024;
static constexpr unsigned maxNesting = 16;

//===----------------------------------------------------------------------===//
// The graph of data
//===----------------------------------------------------------------------===//

/// True if `operand` is no weight.
static bool isData(OpOperand &operand) {
  if (operand.get().getDefiningOp<ParameterOp>())
    return false;
  auto user = dyn_cast<WeightUserOpInterface>(operand.getOwner());
  return !user || user.getWeightRole(operand.getOperandNumber()) == WeightRole::Data;
}

/// The values that `op` computes from: its operands and what its regions read
/// from outside, without weights.
static SmallVector<Value> dataOf(Operation *op) {
  SmallVector<Value> values;
  for (OpOperand &operand : op->getOpOperands())
    if (isData(operand))
      values.push_back(operand.get());
  visitUsedValuesDefinedAbove(op->getRegions(), [&](OpOperand *operand) {
    if (isData(*operand))
      values.push_back(operand->get());
  });
  return values;
}

namespace {

/// The dominators of the values of one block in its graph of data (Cooper,
/// Harvey and Kennedy 2001; without cycles one pass is enough). Values are
/// numbered in program order; 0 is where all data comes from.
class DataDominators {
public:
  explicit DataDominators(Block &block) : values(1), parents(1) {
    for (Value argument : block.getArguments())
      add(argument, 0);
    for (Operation &op : block) {
      std::optional<unsigned> parent;
      for (Value value : dataOf(&op)) {
        unsigned number = numbers.lookup(value);
        parent = parent ? nearest(*parent, number) : number;
      }
      for (Value result : op.getResults())
        add(result, parent.value_or(0));
    }
  }

  /// The nearest value through which all data of `a` and `b` goes; null if there is none.
  Value nearest(Value a, Value b) const {
    return values[nearest(numbers.lookup(a), numbers.lookup(b))];
  }

  /// `raised`, computed from `input` alone, takes the place of `value`.
  void replace(Value value, Value raised, Value input) {
    unsigned number = numbers.lookup(value);
    numbers.erase(value);
    numbers[raised] = number;
    values[number] = raised;
    parents[number] = numbers.lookup(input);
  }

private:
  void add(Value value, unsigned parent) {
    numbers[value] = values.size();
    values.push_back(value);
    parents.push_back(parent);
  }

  unsigned nearest(unsigned a, unsigned b) const {
    while (a != b)
      (a > b ? a : b) = parents[std::max(a, b)];
    return a;
  }

  llvm::DenseMap<Value, unsigned> numbers;
  SmallVector<Value> values;
  SmallVector<unsigned> parents;
};

//===----------------------------------------------------------------------===//
// Paths
//===----------------------------------------------------------------------===//

/// What computes `exit` from the input of a block, in program order.
struct Path {
  Value exit;
  llvm::SetVector<Operation *> operations;

  bool isIdentity() const { return operations.empty(); }

  /// False if the path is too long. All data of `exit` must go through `input`.
  bool collect(Value input);

  /// An operation outside of the path that reads what is computed inside; null if
  /// only `join` reads it, and only the exit.
  Operation *outsideUser(Operation *join) const;
};

} // namespace

bool Path::collect(Value input) {
  SmallVector<Value> worklist{exit};
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    if (value == input || !operations.insert(value.getDefiningOp()))
      continue;
    if (operations.size() > maxPathLength)
      return false;
    llvm::append_range(worklist, dataOf(value.getDefiningOp()));
  }
  SmallVector<Operation *> ordered = operations.takeVector();
  llvm::sort(ordered, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  operations.insert_range(ordered);
  return true;
}

Operation *Path::outsideUser(Operation *join) const {
  for (Operation *op : operations)
    for (Value result : op->getResults())
      for (Operation *user : result.getUsers()) {
        Operation *inBlock = join->getBlock()->findAncestorOpInBlock(*user);
        bool isInside = inBlock && operations.contains(inBlock);
        if (!isInside && !(inBlock == join && result == exit))
          return user;
      }
  return nullptr;
}

/// The more convolutions, work and operations, the more a path is the main one.
static auto weightOf(const Path &path) {
  int64_t costly = 0;
  uint64_t macs = 0;
  for (Operation *op : path.operations)
    op->walk([&](CostOpInterface cost) { ++costly, macs += cost.getMacs(); });
  return std::tuple(costly, macs, path.operations.size());
}

/// Sorts the paths of a block into main path and shortcut. Of equal ones the one that
/// begins first is the main path.
static void sortPaths(Path &main, Path &shortcut) {
  auto mainWeight = weightOf(main), shortcutWeight = weightOf(shortcut);
  if (mainWeight > shortcutWeight)
    return;
  bool isEarlier = mainWeight == shortcutWeight &&
                   main.operations.front()->isBeforeInBlock(shortcut.operations.front());
  if (!isEarlier)
    std::swap(main, shortcut);
}

/// How many residual blocks stand one inside the other in `path`.
static unsigned nestingOf(const Path &path) {
  unsigned deepest = 0;
  for (Operation *op : path.operations)
    op->walk([&](ResBlockOp block) {
      unsigned depth = 1;
      for (Operation *outer = block; outer != op; outer = outer->getParentOp())
        ++depth;
      deepest = std::max(deepest, depth);
    });
  return deepest;
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

namespace {

/// One sum and what is around it.
class JoinMatcher {
public:
  JoinMatcher(AddOp add, const DataDominators &dominators)
      : add(add), input(dominators.nearest(add.getLhs(), add.getRhs())), main{add.getLhs(), {}},
        shortcut{add.getRhs(), {}} {}

  /// True if this is a residual block; otherwise `reason` says why not, and is
  /// empty where nobody would expect one.
  bool match();

  /// The activation that is the only user of the sum, or null.
  ActivationOpInterface activation() {
    return add->hasOneUse() ? dyn_cast<ActivationOpInterface>(*add->user_begin())
                            : ActivationOpInterface();
  }

  AddOp add;
  Value input;
  Path main, shortcut;
  std::string reason;

private:
  bool fail(std::string why) {
    reason = std::move(why);
    return false;
  }
  bool isClosed(const Path &path);
};

} // namespace

bool JoinMatcher::isClosed(const Path &path) {
  Operation *user = path.outsideUser(add);
  if (!user)
    return true;
  for (Value operand : user->getOperands())
    if (Operation *op = operand.getDefiningOp(); op && path.operations.contains(op))
      return fail("the value of " + describe(op) + " is also read by " + describe(user));
  return fail("a value of a path is also read by " + describe(user));
}

bool JoinMatcher::match() {
  if (add.getLhs() == add.getRhs())
    return false;
  if (!input)
    return fail("its addends have no common input");
  if (cast<ShapedType>(input.getType()).getRank() != 4 || add.getType().getRank() != 4)
    return false;
  if (!main.collect(input) || !shortcut.collect(input))
    return fail("a path has more than " + std::to_string(maxPathLength) + " operations");
  for (Operation *op : main.operations)
    if (shortcut.operations.contains(op))
      return fail("both paths contain " + describe(op));
  for (const Path *path : {&main, &shortcut})
    for (Operation *op : path->operations)
      if (!isMemoryEffectFree(op))
        return fail(describe(op) + " has side effects");
  if (!isClosed(main) || !isClosed(shortcut))
    return false;
  sortPaths(main, shortcut);
  if (std::get<0>(weightOf(main)) == 0)
    return fail("no path has a convolution");
  if (nestingOf(main) >= maxNesting || nestingOf(shortcut) >= maxNesting)
    return fail("blocks nest deeper than " + std::to_string(maxNesting));
  return true;
}

/// Moves `path` into `region`, with the input as its argument and the weights that
/// nobody else reads.
static void fillRegion(OpBuilder &builder, const Path &path, Value input, Region &region,
                       Location loc) {
  Block &block = region.emplaceBlock();
  BlockArgument argument = block.addArgument(input.getType(), input.getLoc());
  for (Operation *op : path.operations)
    op->moveBefore(&block, block.end());
  input.replaceUsesWithIf(argument, [&](OpOperand &use) {
    return region.isAncestor(use.getOwner()->getParentRegion());
  });
  for (Operation *op : path.operations)
    bringParameters(op);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&block);
  YieldOp::create(builder, loc, path.exit);
}

/// "layer1.0", from the layers of both paths that have weights; otherwise as the sum is called.
static std::string blockName(JoinMatcher &matcher) {
  SmallVector<Operation *> layers;
  for (const Path *path : {&matcher.main, &matcher.shortcut})
    llvm::copy_if(path->operations, std::back_inserter(layers), [](Operation *op) {
      return op->getNumRegions() || llvm::any_of(op->getOpOperands(), [](OpOperand &operand) {
               return !isData(operand);
             });
    });
  std::string name = commonScope(layers);
  return name.empty() ? layerName(matcher.add).str() : name;
}

/// activation(add(main(x), shortcut(x))) -> res_block(x), exact.
static void raise(IRRewriter &rewriter, JoinMatcher &matcher, DataDominators &dominators) {
  auto identity = ActivationAttr::get(rewriter.getContext(), ActivationKind::Identity);
  ActivationOpInterface activation = matcher.activation();
  Operation *root = activation ? activation.getOperation() : matcher.add.getOperation();
  rewriter.setInsertionPoint(root);
  Location loc = namedLocation(blockName(matcher), matcher.add.getLoc());
  auto block = ResBlockOp::create(rewriter, loc, root->getResult(0).getType(), matcher.input,
                                  activation ? activation.getActivation() : identity);
  fillRegion(rewriter, matcher.main, matcher.input, block.getMain(), loc);
  if (!matcher.shortcut.isIdentity())
    fillRegion(rewriter, matcher.shortcut, matcher.input, block.getShortcut(), loc);
  dominators.replace(root->getResult(0), block.getResult(), matcher.input);
  rewriter.replaceOp(root, block);
  if (activation)
    rewriter.eraseOp(matcher.add);
  std::string join = block.hasProjection() ? "projection" : "identity";
  StringRef function = stringifyActivationKind(block.getActivation().getKind());
  remarkPassed(block, passName,
               "residual block with " + join + " shortcut, " +
                   (activation ? "then " + function : Twine("no activation behind it")));
}

/// activation(res_block(x)) without an activation of its own -> res_block(x) with it, exact.
static void absorb(IRRewriter &rewriter, ActivationOpInterface activation) {
  auto block = activation->getOperand(0).getDefiningOp<ResBlockOp>();
  if (!block || !block->hasOneUse() || !block.getActivation().isIdentity())
    return;
  block.setActivationAttr(activation.getActivation());
  rewriter.replaceOp(activation, block);
}

static void raiseBlocks(IRRewriter &rewriter, Block &block) {
  for (auto activation : llvm::to_vector(block.getOps<ActivationOpInterface>()))
    absorb(rewriter, activation);
  DataDominators dominators(block);
  for (AddOp add : llvm::to_vector(block.getOps<AddOp>())) {
    JoinMatcher matcher(add, dominators);
    if (matcher.match())
      raise(rewriter, matcher, dominators);
    else if (!matcher.reason.empty())
      remarkMissed(add, passName, "no residual block: " + matcher.reason);
  }
}

namespace {

struct RaiseResBlock final : sinter::nn::impl::RaiseResBlockBase<RaiseResBlock> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    // Blocks of regions come before the blocks that hold them.
    SmallVector<Block *> blocks;
    getOperation()->walk([&](Block *block) { blocks.push_back(block); });
    for (Block *block : blocks)
      raiseBlocks(rewriter, *block);
  }
};

} // namespace
