//===- sinter.cpp - The compiler driver -----------------------------------===//

#include "compiler/Driver/Driver.h"

int main(int argc, char **argv) { return sinter::driver::main(argc, argv); }
