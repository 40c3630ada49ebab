# RUN: %python %s > %t.mlir
# RUN: sinter-opt %t.mlir --nn-raise-res-block --remarks-filter=nn-raise-res-block 2> %t.remarks \
# RUN:   | FileCheck %s --implicit-check-not=nn.add
# RUN: FileCheck %s --check-prefix=REMARK --implicit-check-not=Missed < %t.remarks
"""Prints sums just within and just beyond what --nn-raise-res-block bounds: the length of a path
and how deep blocks nest.

REMARK: [Missed] nn.add | {{.*}} | Remark="no residual block: a path has more than 1024 operations"
REMARK: [Missed] nn.add | {{.*}} | Remark="no residual block: blocks nest deeper than 16"
"""

MAP = "tensor<1x1x1x1xf32>"


def function(name, lines):
    print(f"func.func @{name}(%x: {MAP}, %w: {MAP}) -> {MAP} {{")
    print(f"  %0 = nn.conv2d %x, %w : ({MAP}, {MAP}) -> {MAP}")
    for number, line in enumerate(lines, start=1):
        print(f"  %{number} = {line.format(number - 1)} : {MAP}")
    print(f"  return %{len(lines)} : {MAP}\n}}")


RELU, ADD = "nn.relu %{}", "nn.add %{}, %x"

# CHECK-LABEL: func @longest
# CHECK: nn.res_block
function("longest", [RELU] * 1023 + [ADD])

# CHECK-LABEL: func @longer
# CHECK: nn.add
function("longer", [RELU] * 1024 + [ADD])

# CHECK-LABEL: func @deepest
# CHECK-COUNT-16: nn.res_block
function("deepest", [ADD] * 16)

# CHECK-LABEL: func @deeper
# CHECK-COUNT-16: nn.res_block
# CHECK: nn.add
function("deeper", [ADD] * 17)
