//===- Convolution.cpp - Convolutions as test cases -----------------------===//

#include "test/numerics/Convolution.h"

#include "fmt/format.h"

using namespace sinter;
using namespace sinter::numerics;

void numerics::add(CaseModule &module, const Convolution &c) {
  int64_t height = (c.height + c.top + c.bottom - c.dilationY * (c.rows - 1) - 1) / c.strideY + 1;
  int64_t width = (c.width + c.left + c.right - c.dilationX * (c.columns - 1) - 1) / c.strideX + 1;
  std::string input = tensorType({c.batch, c.channels, c.height, c.width});
  std::string output = tensorType({c.batch, c.outputs, height, width});
  std::string mean = tensorType({c.batch, c.outputs, 1, 1});
  std::string weight = tensorType({c.outputs, c.channels / c.groups, c.rows, c.columns});
  std::string bias = tensorType({c.outputs});
  auto conv = [&](const char *name, bool scale, bool residual, const std::string &activation) {
    return fmt::format(
        R"(%{0}@, %{0}_mean@ = nn.fused_conv2d %x , %{0}_w@ {1} {20} {2} {{strides = array<i64: {3}, {4}>,
  padding = array<i64: {5}, {6}, {7}, {8}>, dilations = array<i64: {9}, {10}>, groups = {11},
  activation = #nn.activation<{12}>{19}}} : ({13}, {14}{15}{21}{16}) -> ({17}, {18})
)",
        name, c.hasBias ? "bias %bias@" : "", residual ? "residual %r@" : "", c.strideY, c.strideX,
        c.top, c.left, c.bottom, c.right, c.dilationY, c.dilationX, c.groups, activation, input,
        weight, c.hasBias ? ", " + bias : "", residual ? ", " + output : "", output, mean,
        c.schedule.empty() ? "" : ", kernel.schedule = " + c.schedule,
        scale ? "scale %s_mean@" : "", scale ? ", " + mean : "");
  };
  std::string body = fmt::format("%c_w@ = nn.parameter \"case@.weight\" : {0}\n"
                                 "%r_w@ = nn.parameter \"case@.other\" : {0}\n"
                                 "%s_w@ = nn.parameter \"case@.third\" : {0}\n"
                                 "%bias@ = nn.parameter \"case@.bias\" : {1}\n",
                                 weight, bias);
  if (c.hasResidual)
    body += conv("r", false, false, "relu");
  if (c.hasScale)
    body += conv("s", false, false, "relu");
  body += conv("c", c.hasScale, c.hasResidual, c.activation);
  body += c.wantsMean
              ? fmt::format("%out = nn.scale_add %c@ scale %c_mean@ {{activation = "
                            "#nn.activation<identity>}} : ({0}, {1}) -> {0}\n",
                            output, mean)
              : fmt::format("%out = nn.scale_add %c@ {{activation = #nn.activation<identity>}} "
                            ": ({0}) -> {0}\n",
                            output);
  module.add(input, output, body);
}

Convolution numerics::square(int64_t channels, int64_t outputs, int64_t size, int64_t kernel,
                             int64_t stride) {
  Convolution c;
  c.channels = channels, c.outputs = outputs;
  c.height = c.width = size;
  c.rows = c.columns = kernel;
  c.strideY = c.strideX = stride;
  c.top = c.left = c.bottom = c.right = kernel / 2;
  return c;
}
