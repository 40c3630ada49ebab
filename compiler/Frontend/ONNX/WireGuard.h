//===- WireGuard.h - Bounds on protobuf messages before parsing ---*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_ONNX_WIREGUARD_H
#define SINTER_COMPILER_FRONTEND_ONNX_WIREGUARD_H

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>

namespace google::protobuf {
class Descriptor;
} // namespace google::protobuf

namespace sinter::onnx {

/// What protobuf does not bound: its memory. Two bytes of a file may become a message of
/// hundreds of bytes. Walks `data`, a serialized message of `type`, and returns what is wrong
/// with it, or "" where parsing it (which may still fail) takes at most `maxMemory` bytes
/// and nests at most `maxDepth` messages.
std::string checkWire(llvm::StringRef data, const google::protobuf::Descriptor &type,
                      unsigned maxDepth, uint64_t maxMemory);

} // namespace sinter::onnx

#endif // SINTER_COMPILER_FRONTEND_ONNX_WIREGUARD_H
