//===- Matrices.cpp - ldmatrix and mma.sync -------------------------------===//
//
// Which lane holds which element is as in the PTX ISA, "Matrix Fragments for mma.m16n8k16" and
// the sections beside it.
//
//===----------------------------------------------------------------------===//

#include "test/emulator/Decode.h"
#include "test/emulator/Numbers.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

#include <cstring>

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

//===----------------------------------------------------------------------===//
// ldmatrix
//===----------------------------------------------------------------------===//

static constexpr unsigned matrixSize = 8; ///< rows and columns
using Matrix = std::array<std::array<uint16_t, matrixSize>, matrixSize>;

/// The matrix whose rows lie at the pointers of eight lanes.
static Matrix loadMatrix(Warp &warp, unsigned pointers, unsigned firstLane) {
  constexpr unsigned rowBytes = matrixSize * sizeof(uint16_t);
  Matrix matrix = {};
  for (unsigned row = 0; row < matrixSize; ++row) {
    unsigned lane = firstLane + row;
    if (const uint8_t *data = warp.access(Space::Shared, lane, warp.row(pointers)[lane], rowBytes,
                                          rowBytes, Access::Read))
      std::memcpy(matrix[row].data(), data, rowBytes);
  }
  return matrix;
}

static Action decodeLoadMatrix(const Registers &registers, NVVM::LdMatrixOp op) {
  if (op.getEltType() != NVVM::LdStMatrixEltType::B16 || op.getShape().getM() != 8 ||
      op.getShape().getN() != 8)
    return Action();
  unsigned pointers = registers.slot(op.getPtr()), result = registers.slot(op.getRes());
  unsigned count = op.getNum();
  bool isTransposed = op.getLayout() == NVVM::MMALayout::col;
  return [=](Warp &warp) {
    if (!warp.expectAllLanes())
      return;
    std::array<Matrix, 4> matrices;
    for (unsigned i = 0; i < count; ++i)
      matrices[i] = loadMatrix(warp, pointers, i * matrixSize);
    for (unsigned i = 0; i < count; ++i)
      for (unsigned lane = 0; lane < laneCount; ++lane) {
        unsigned row = lane / 4, column = 2 * (lane % 4);
        const Matrix &matrix = matrices[i];
        uint32_t low = isTransposed ? matrix[column][row] : matrix[row][column];
        uint32_t high = isTransposed ? matrix[column + 1][row] : matrix[row][column + 1];
        warp.row(result + i)[lane] = low | high << 16;
      }
  };
}

//===----------------------------------------------------------------------===//
// mma.sync
//===----------------------------------------------------------------------===//

namespace {

constexpr unsigned rows = 16, columns = 8, maximumDepth = 16;

/// The operands of an mma.sync. Registers of A and B have one element of 32 bits, or two of 16
/// bits, of which vectors take a slot each.
struct Multiplication {
  NVVM::MMATypes type;
  unsigned depth;
  SmallVector<unsigned, 4> a, b, c;
  unsigned result;
  bool isSplit; ///< vectors of two
};

struct Operands {
  std::array<std::array<double, maximumDepth>, rows> a;
  std::array<std::array<double, columns>, maximumDepth> b;
};

} // namespace

/// Element `i` of a register of A or B.
static double elementOf(Warp &warp, const Multiplication &op, unsigned slot, unsigned lane,
                        unsigned i) {
  // Of a tf32, the lower 13 bits do not count.
  if (op.type == NVVM::MMATypes::tf32)
    return Single::read(warp.row(slot)[lane] & 0xffffe000);
  uint64_t bits = op.isSplit ? warp.row(slot + i)[lane] : warp.row(slot)[lane] >> (16 * i) & 0xffff;
  return op.type == NVVM::MMATypes::bf16 ? BFloat::read(bits) : Half::read(bits);
}

static Operands gather(Warp &warp, const Multiplication &op) {
  Operands operands;
  unsigned perRegister = op.type == NVVM::MMATypes::tf32 ? 1 : 2;
  for (unsigned lane = 0; lane < laneCount; ++lane) {
    unsigned group = lane / 4, inGroup = lane % 4;
    for (unsigned i = 0; i < perRegister; ++i) {
      unsigned first = perRegister * inGroup + i;
      for (auto [number, slot] : llvm::enumerate(op.a))
        operands.a[group + 8 * (number % 2)][first + 4 * perRegister * (number / 2)] =
            elementOf(warp, op, slot, lane, i);
      for (auto [number, slot] : llvm::enumerate(op.b))
        operands.b[first + 4 * perRegister * number][group] = elementOf(warp, op, slot, lane, i);
    }
  }
  return operands;
}

// Products are exact, they are added in double precision, and the sum is rounded once.
static void multiply(Warp &warp, const Multiplication &op) {
  if (!warp.expectAllLanes())
    return;
  Operands operands = gather(warp, op);
  for (unsigned lane = 0; lane < laneCount; ++lane)
    for (unsigned i = 0; i < 4; ++i) {
      unsigned row = lane / 4 + 8 * (i / 2), column = 2 * (lane % 4) + i % 2;
      double sum = Single::read(warp.row(op.c[i])[lane]);
      for (unsigned k = 0; k < op.depth; ++k)
        sum += operands.a[row][k] * operands.b[k][column];
      warp.row(op.result + i)[lane] = Single::from(sum);
    }
}

/// Whether the form of the operation is one whose fragments `gather` knows.
static bool isSupported(const Registers &registers, NVVM::MmaOp op, unsigned elementBytes) {
  // Each register holds four bytes of a row of A or of a column of B.
  unsigned depthInRegisters = op.getShape().getK() * elementBytes / 16;
  return op.getShape().getM() == rows && op.getShape().getN() == columns &&
         (op.getShape().getK() == 4 || op.getShape().getK() == 8 || op.getShape().getK() == 16) &&
         op.getLayoutA() == NVVM::MMALayout::row && op.getLayoutB() == NVVM::MMALayout::col &&
         op.getMultiplicandAPtxType() == op.getMultiplicandBPtxType() &&
         op.getOperandA().size() == 2 * depthInRegisters &&
         op.getOperandB().size() == depthInRegisters && op.getOperandC().size() == 4 &&
         llvm::all_of(op.getOperandC(), [](Value value) { return value.getType().isF32(); }) &&
         registers.count(op.getRes()) == 4 &&
         llvm::all_of(registers.elements(op.getRes().getType()),
                      [](Element element) { return element.format == Format::F32; });
}

static Action decodeMultiply(const Registers &registers, NVVM::MmaOp op) {
  std::optional<NVVM::MMATypes> type = op.getMultiplicandAPtxType();
  if (!type || (*type != NVVM::MMATypes::f16 && *type != NVVM::MMATypes::bf16 &&
                *type != NVVM::MMATypes::tf32))
    return Action();
  if (!isSupported(registers, op, *type == NVVM::MMATypes::tf32 ? 4 : 2))
    return Action();
  auto slotsOf = [&](ValueRange values) {
    SmallVector<unsigned, 4> slots;
    for (Value value : values)
      slots.push_back(registers.slot(value));
    return slots;
  };
  Multiplication multiplication{*type,
                                static_cast<unsigned>(op.getShape().getK()),
                                slotsOf(op.getOperandA()),
                                slotsOf(op.getOperandB()),
                                slotsOf(op.getOperandC()),
                                registers.slot(op.getRes()),
                                registers.count(op.getOperandA().front()) == 2};
  return [multiplication](Warp &warp) { multiply(warp, multiplication); };
}

Action emulator::decodeMatrix(const Registers &registers, Operation *op) {
  if (auto load = dyn_cast<NVVM::LdMatrixOp>(op))
    return decodeLoadMatrix(registers, load);
  if (auto multiply = dyn_cast<NVVM::MmaOp>(op))
    return decodeMultiply(registers, multiply);
  return Action();
}
