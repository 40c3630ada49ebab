//===- Header.h - The C header of an artifact ---------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_HEADER_HEADER_H
#define SINTER_COMPILER_TARGET_HEADER_HEADER_H

#include "compiler/Target/Model.h"

namespace sinter {

/// The text of NAME.h: self-contained C11 and C++, declaring NAME_run and
/// NAME_model and the sizes a caller needs.
std::string headerText(const Model &model);

/// The same of an artifact for GPUs.
std::string cudaHeaderText(const Model &model);

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_HEADER_HEADER_H
