// RUN: sinter-opt %s --kernel-plan-memory --allow-unregistered-dialect --verify-diagnostics

// expected-error @+1 {{expects one block, to plan its memory}}
func.func @several_blocks() {
  "test.branch"() [^end] : () -> ()
^end:
  return
}
