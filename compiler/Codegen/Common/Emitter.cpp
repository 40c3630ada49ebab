//===- Emitter.cpp - Builds the arithmetic of kernels ---------------------===//

#include "compiler/Codegen/Common/Emitter.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace sinter;

Strides::Strides(MemRefType featureMap) {
  auto layout = cast<kernel::BlockedAttr>(featureMap.getLayout());
  ArrayRef<int64_t> shape = kernel::getStorageType(featureMap).getShape();
  blocks = shape[1];
  lanes = shape[4];
  column = shape[4];
  row = shape[3] * column;
  block = shape[2] * row;
  batch = shape[1] * block;
  origin = layout.getTop() * row + layout.getLeft() * column;
}

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

Value Emitter::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}
Value Emitter::add(Value lhs, Value rhs) {
  return builder.createOrFold<arith::AddIOp>(loc, lhs, rhs);
}
Value Emitter::sub(Value lhs, Value rhs) {
  return builder.createOrFold<arith::SubIOp>(loc, lhs, rhs);
}
Value Emitter::mul(Value lhs, int64_t rhs) { return mul(lhs, index(rhs)); }
Value Emitter::mul(Value lhs, Value rhs) {
  return builder.createOrFold<arith::MulIOp>(loc, lhs, rhs);
}
Value Emitter::div(Value lhs, int64_t rhs) {
  return builder.createOrFold<arith::DivUIOp>(loc, lhs, index(rhs));
}
Value Emitter::rem(Value lhs, Value rhs) {
  return builder.createOrFold<arith::RemUIOp>(loc, lhs, rhs);
}
Value Emitter::min(Value lhs, Value rhs) {
  return builder.createOrFold<arith::MinSIOp>(loc, lhs, rhs);
}
Value Emitter::max(Value lhs, Value rhs) {
  return builder.createOrFold<arith::MaxSIOp>(loc, lhs, rhs);
}
Value Emitter::lessThan(Value lhs, Value rhs) {
  return builder.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, lhs, rhs);
}

Value Emitter::isBetween(Value value, int64_t low, int64_t high) {
  // One comparison: below `low` the difference is a large unsigned number.
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ule, sub(value, index(low)),
                               index(high - low));
}

Value Emitter::linear(ArrayRef<std::pair<Value, int64_t>> terms, int64_t constant) {
  Value sum;
  for (auto [value, stride] : terms) {
    Value product = mul(value, stride);
    sum = sum ? add(sum, product) : product;
  }
  return sum ? add(sum, constant) : index(constant);
}

SmallVector<Value> Emitter::split(Value item, ArrayRef<int64_t> sizes) {
  SmallVector<Value> digits(sizes.size());
  for (size_t i = sizes.size(); i-- > 1;) {
    digits[i] = rem(item, sizes[i]);
    item = div(item, sizes[i]);
  }
  digits[0] = item;
  return digits;
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

void Emitter::loop(Value begin, Value end, Body body) {
  auto loop = scf::ForOp::create(builder, loc, begin, end, index(1));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

SmallVector<Value> Emitter::loop(Value begin, Value end, ValueRange initial,
                                       CarriedBody body) {
  auto loop = scf::ForOp::create(builder, loc, begin, end, index(1), initial);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> results = body(loop.getInductionVar(), loop.getRegionIterArgs());
  scf::YieldOp::create(builder, loc, results);
  return loop.getResults();
}

SmallVector<Value> Emitter::loop(int64_t count, ValueRange initial, CarriedBody body) {
  return count == 1 ? body(index(0), initial) : loop(index(0), index(count), initial, body);
}

void Emitter::onlyIf(Value condition, function_ref<void()> body) {
  if (!condition)
    return body();
  auto branch = scf::IfOp::create(builder, loc, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(branch.thenYield());
  body();
}

SmallVector<Value> Emitter::onlyIf(Value condition, ValueRange values,
                                   function_ref<SmallVector<Value>(ValueRange)> body) {
  if (!condition)
    return body(values);
  if (values.empty()) {
    onlyIf(condition, [&] { body(values); });
    return {};
  }
  auto branch =
      scf::IfOp::create(builder, loc, values.getTypes(), condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(builder, loc, body(values));
  builder.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(builder, loc, values);
  return branch.getResults();
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value Emitter::constant(Type type, double value) {
  auto element = builder.getF32FloatAttr(static_cast<float>(value));
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(vector, element.getValue()));
  return arith::ConstantOp::create(builder, loc, element);
}
Value Emitter::toFloat(Value index) {
  Value integer = arith::IndexCastOp::create(builder, loc, builder.getI32Type(), index);
  return arith::SIToFPOp::create(builder, loc, builder.getF32Type(), integer);
}

Value Emitter::addf(Value lhs, Value rhs) {
  return arith::AddFOp::create(builder, loc, lhs, rhs);
}
Value Emitter::subf(Value lhs, Value rhs) {
  return arith::SubFOp::create(builder, loc, lhs, rhs);
}
Value Emitter::mulf(Value lhs, Value rhs) {
  return arith::MulFOp::create(builder, loc, lhs, rhs);
}
Value Emitter::divf(Value lhs, Value rhs) {
  return arith::DivFOp::create(builder, loc, lhs, rhs);
}

Value Emitter::multiplyAdd(Value lhs, Value rhs, Value addend) {
  // Without the instruction, LLVM would call fmaf.
  if (!hasFMA)
    return addf(mulf(lhs, rhs), addend);
  return math::FmaOp::create(builder, loc, lhs, rhs, addend);
}

// Compare and select is what maxps and minps compute, NaN included;
// arith.maximumf would cost three instructions.
Value Emitter::maxf(Value lhs, Value rhs) {
  Value greater = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OGT, lhs, rhs);
  return arith::SelectOp::create(builder, loc, greater, lhs, rhs);
}
Value Emitter::minf(Value lhs, Value rhs) {
  Value less = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OLT, lhs, rhs);
  return arith::SelectOp::create(builder, loc, less, lhs, rhs);
}

Value Emitter::maximum(Value lhs, Value rhs) {
  return arith::MaximumFOp::create(builder, loc, lhs, rhs);
}

Value Emitter::select(Value mask, Value yes, Value no) {
  return arith::SelectOp::create(builder, loc, mask, yes, no);
}

Type Emitter::integerLike(Value value) {
  auto vector = dyn_cast<VectorType>(value.getType());
  return vector ? Type(vector.clone(builder.getI32Type())) : builder.getI32Type();
}

Value Emitter::integerConstant(Type type, int32_t number) {
  TypedAttr attribute = builder.getI32IntegerAttr(number);
  if (auto vector = dyn_cast<VectorType>(type))
    attribute = DenseElementsAttr::get(vector, number);
  return arith::ConstantOp::create(builder, loc, attribute);
}

Value Emitter::exp(Value x) {
  // exp(x) = 2^n exp(r) with n = round(x / ln 2) and |r| <= ln(2) / 2. ln 2 is
  // split in two so that r is exact; the polynomial is Cephes' expf. NaN stays NaN.
  x = minf(constantLike(x, 88.0), maxf(constantLike(x, -87.0), x));
  // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
  Value magic = constantLike(x, 12582912.0);
  Value shifted = multiplyAdd(x, constantLike(x, 1.44269504088896341), magic);
  Value n = subf(shifted, magic);
  Value r = multiplyAdd(n, constantLike(x, -0.693359375), x);
  r = multiplyAdd(n, constantLike(x, 2.12194440e-4), r);

  Value p = constantLike(x, 1.9875691500e-4);
  for (double coefficient : {1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
                             5.0000001201e-1})
    p = multiplyAdd(p, r, constantLike(x, coefficient));
  p = addf(multiplyAdd(p, mulf(r, r), r), constantLike(x, 1.0));

  // 2^n from its exponent bits: those of the shifted value above n fall out on the left.
  Type integer = integerLike(x);
  Value exponent = arith::BitcastOp::create(builder, loc, integer, shifted);
  exponent = arith::ShLIOp::create(builder, loc, exponent, integerConstant(integer, 23));
  exponent = arith::AddIOp::create(builder, loc, exponent, integerConstant(integer, 127 << 23));
  return mulf(p, arith::BitcastOp::create(builder, loc, x.getType(), exponent));
}

Value Emitter::log(Value x) {
  // x = 2^n (1 + r) with 1 + r in [sqrt(1/2), sqrt(2)): subtracting the bits of
  // sqrt(1/2) carries into the exponent exactly there. The polynomial is Cephes' logf.
  constexpr int32_t kRootOfHalf = 0x3f3504f3, kMantissa = 0x007fffff;
  Type integer = integerLike(x);
  Value bits = arith::BitcastOp::create(builder, loc, integer, x);
  bits = arith::SubIOp::create(builder, loc, bits, integerConstant(integer, kRootOfHalf));
  Value n = arith::ShRSIOp::create(builder, loc, bits, integerConstant(integer, 23));
  n = arith::SIToFPOp::create(builder, loc, x.getType(), n);
  bits = arith::AndIOp::create(builder, loc, bits, integerConstant(integer, kMantissa));
  bits = arith::AddIOp::create(builder, loc, bits, integerConstant(integer, kRootOfHalf));
  Value r = arith::BitcastOp::create(builder, loc, x.getType(), bits);
  r = subf(r, constantLike(x, 1.0));

  Value p = constantLike(x, 7.0376836292e-2);
  for (double coefficient : {-1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
                             -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1})
    p = multiplyAdd(p, r, constantLike(x, coefficient));
  // log(x) = r - r^2 / 2 + r^3 p + n ln 2, small terms first; ln 2 is split as in exp.
  Value square = mulf(r, r);
  Value small = mulf(mulf(square, r), p);
  small = multiplyAdd(n, constantLike(x, -2.12194440e-4), small);
  small = multiplyAdd(square, constantLike(x, -0.5), small);
  Value result = multiplyAdd(n, constantLike(x, 0.693359375), addf(r, small));
  Value isNaN = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNO, x, x);
  return arith::SelectOp::create(builder, loc, isNaN, x, result);
}

Value Emitter::sigmoid(Value x) {
  Value one = constantLike(x, 1.0);
  Value negated = arith::NegFOp::create(builder, loc, x);
  return divf(one, addf(one, exp(negated)));
}

Value Emitter::activation(nn::ActivationAttr function, Value x) {
  double alpha = function.getAlpha().convertToDouble(), beta = function.getBeta().convertToDouble();
  auto clamp = [&](Value value, double low, double high) {
    return minf(constantLike(x, high), maxf(constantLike(x, low), value));
  };
  switch (function.getKind()) {
  case nn::ActivationKind::Identity:
    return x;
  case nn::ActivationKind::ReLU:
    return maxf(constantLike(x, 0.0), x);
  case nn::ActivationKind::ReLU6:
    return clamp(x, 0.0, 6.0);
  case nn::ActivationKind::LeakyReLU: {
    Value scaled = mulf(x, constantLike(x, alpha));
    Value positive =
        arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OGT, x, constantLike(x, 0.0));
    return arith::SelectOp::create(builder, loc, positive, x, scaled);
  }
  case nn::ActivationKind::Sigmoid:
    return sigmoid(x);
  case nn::ActivationKind::HardSigmoid:
    return clamp(multiplyAdd(x, constantLike(x, alpha), constantLike(x, beta)), 0.0, 1.0);
  case nn::ActivationKind::SiLU:
    return mulf(x, sigmoid(x));
  case nn::ActivationKind::HardSwish:
    return mulf(x, mulf(clamp(addf(x, constantLike(x, 3.0)), 0.0, 6.0), constantLike(x, 1.0 / 6)));
  case nn::ActivationKind::Clip:
    return clamp(x, alpha, beta);
  case nn::ActivationKind::ScaleShift:
    return multiplyAdd(x, constantLike(x, alpha), constantLike(x, beta));
  }
  llvm_unreachable("every activation is covered");
}
