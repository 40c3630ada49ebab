//===- Image.h - Pictures as network inputs -----------------------*- C++ -*-===//
//
// The usual preparation of an ImageNet picture, as torchvision does it: resize
// the shorter side, cut out the centre, scale, subtract the mean and divide by
// the standard deviation of each channel.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_DRIVER_IMAGE_H
#define SINTER_COMPILER_DRIVER_IMAGE_H

#include "compiler/Driver/Run.h"

#include "llvm/ADT/StringRef.h"

namespace sinter::driver {

/// An 8-bit picture, channels interleaved.
struct Picture {
  int width = 0, height = 0, channels = 0;
  std::vector<unsigned char> pixels;
};

/// True if `bytes` start as a PNG or JPEG file does.
bool isImage(llvm::StringRef bytes);

/// Decodes a PNG or JPEG to `channels` channels, 1 (grey) or 3 (RGB); transparency is dropped.
llvm::Expected<Picture> decodeImage(llvm::StringRef bytes, int channels);

/// Bilinear with antialiasing, the same bytes as Pillow's Image.resize(..., BILINEAR).
Picture resizeImage(const Picture &picture, int width, int height);

/// Reads `path` as one image of `shape` (C x H x W): see docs/runtime.md. Without
/// `options.resize`, a picture of exactly H x W pixels is taken as it is and any
/// other is resized to 8/7 of the longer of H and W. The default scale is 1/255,
/// the default mean and std are ImageNet's for 3 channels and 0 and 1 for one.
llvm::Expected<Tensor> readImage(llvm::StringRef path, llvm::ArrayRef<int64_t> shape,
                                 const ImageOptions &options);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_IMAGE_H
