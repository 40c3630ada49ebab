//===- Image.cpp - Pictures as network inputs -----------------------------===//

#include "compiler/Driver/Image.h"

#include "compiler/Support/File.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#include <stb/stb_image.h>

using namespace llvm;
using namespace sinter;
using namespace sinter::driver;

bool driver::isImage(StringRef bytes) {
  return bytes.starts_with("\x89PNG\r\n\x1a\n") || bytes.starts_with("\xff\xd8\xff");
}

Expected<Picture> driver::decodeImage(StringRef bytes, int channels) {
  constexpr int64_t maxPixels = int64_t(1) << 27; // a compressed file can claim any size
  const auto *data = reinterpret_cast<const stbi_uc *>(bytes.data());
  const int size = static_cast<int>(bytes.size());
  Picture picture;
  int stored = 0;
  if (bytes.size() > INT32_MAX)
    return createStringError("the file is larger than 2 GiB");
  if (!stbi_info_from_memory(data, size, &picture.width, &picture.height, &stored))
    return createStringError("damaged image: %s", stbi_failure_reason());
  if (int64_t(picture.width) * picture.height > maxPixels)
    return createStringError("%dx%d pixels, expects at most %d in all", picture.width,
                             picture.height, static_cast<int>(maxPixels));
  stbi_uc *pixels =
      stbi_load_from_memory(data, size, &picture.width, &picture.height, &stored, channels);
  if (!pixels)
    return createStringError("damaged image: %s", stbi_failure_reason());
  picture.channels = channels;
  picture.pixels.assign(pixels, pixels + size_t(picture.width) * picture.height * channels);
  stbi_image_free(pixels);
  return picture;
}

//===----------------------------------------------------------------------===//
// Resizing. stb_image_resize treats borders and rounding differently, and then
// the trained networks' published accuracies are not reached to the last image.
//===----------------------------------------------------------------------===//

namespace {

/// Which source pixels one destination pixel is made of, in fixed point.
struct Taps {
  int first;
  std::vector<int> weights;
};

constexpr int fractionBits = 22;

/// A triangle of the width of one destination pixel (at least one source pixel)
/// around each destination pixel's centre.
std::vector<Taps> makeTaps(int from, int to) {
  const double scale = double(from) / to, width = std::max(scale, 1.0);
  std::vector<Taps> taps(to);
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * scale;
    const int first = std::max(static_cast<int>(centre - width + 0.5), 0);
    const int end = std::min(static_cast<int>(centre + width + 0.5), from);
    std::vector<double> weights;
    double sum = 0;
    for (int source = first; source < end; ++source) {
      weights.push_back(std::max(0.0, 1 - std::abs((source - centre + 0.5) / width)));
      sum += weights.back();
    }
    taps[i].first = first;
    for (double weight : weights)
      taps[i].weights.push_back(static_cast<int>(0.5 + weight / sum * (1 << fractionBits)));
  }
  return taps;
}

unsigned char applyTaps(const Taps &taps, const unsigned char *source, size_t stride) {
  int sum = 1 << (fractionBits - 1);
  for (size_t k = 0; k < taps.weights.size(); ++k)
    sum += taps.weights[k] * source[(taps.first + k) * stride];
  return static_cast<unsigned char>(std::clamp(sum >> fractionBits, 0, 255));
}

/// The part of `picture` that is `height` x `width` pixels around its centre.
Picture cropCentre(const Picture &picture, int width, int height) {
  // torchvision rounds halves to even.
  const auto margin = [](int excess) { return static_cast<int>(std::nearbyint(excess / 2.0)); };
  const int left = margin(picture.width - width), top = margin(picture.height - height);
  Picture result{width, height, picture.channels, {}};
  for (int y = 0; y < height; ++y) {
    const auto row =
        picture.pixels.begin() + (size_t(top + y) * picture.width + left) * picture.channels;
    result.pixels.insert(result.pixels.end(), row, row + size_t(width) * picture.channels);
  }
  return result;
}

/// Resizes and crops to `width` x `height`.
Expected<Picture> fitPicture(Picture picture, int width, int height, const ImageOptions &options) {
  if (!options.resize && picture.width == width && picture.height == height)
    return picture;
  const int64_t longer = std::max(width, height);
  const int64_t side = options.resize ? int64_t(*options.resize) : (longer * 8 + 3) / 7;
  const int64_t shorter = std::min(picture.width, picture.height);
  const int64_t newWidth = side * picture.width / shorter;
  const int64_t newHeight = side * picture.height / shorter;
  if (newWidth < width || newHeight < height)
    return createStringError("resized to %dx%d pixels, smaller than the network's %dx%d; pass a "
                             "larger --resize",
                             int(newHeight), int(newWidth), height, width);
  if (newWidth * newHeight > (int64_t(1) << 27))
    return createStringError("too long and narrow to be resized to a shorter side of %d pixels",
                             int(side));
  if (newWidth != picture.width || newHeight != picture.height)
    picture = resizeImage(picture, static_cast<int>(newWidth), static_cast<int>(newHeight));
  return cropCentre(picture, width, height);
}

/// Mean and deviation of each channel, checked.
struct Normalization {
  std::vector<float> mean, std;
};

Expected<Normalization> makeNormalization(const ImageOptions &options, size_t channels) {
  Normalization result{options.mean, options.std};
  if (result.mean.empty())
    result.mean = channels == 3 ? std::vector<float>{0.485f, 0.456f, 0.406f}
                                : std::vector<float>(channels, 0.0f);
  if (result.std.empty())
    result.std = channels == 3 ? std::vector<float>{0.229f, 0.224f, 0.225f}
                               : std::vector<float>(channels, 1.0f);
  for (const auto &[name, values] : {std::pair("--mean", &result.mean), {"--std", &result.std}})
    if (values->size() != channels)
      return createStringError("%s expects one number for each of %d channels, got %d", name,
                               int(channels), int(values->size()));
  for (float value : result.std)
    if (value == 0)
      return createStringError("--std expects numbers other than 0");
  return result;
}

} // namespace

Picture driver::resizeImage(const Picture &picture, int width, int height) {
  const size_t channels = picture.channels;
  Picture wide{width, picture.height, picture.channels, {}};
  wide.pixels.resize(size_t(width) * picture.height * channels);
  const std::vector<Taps> columns = makeTaps(picture.width, width);
  for (size_t y = 0, i = 0; y < size_t(picture.height); ++y)
    for (const Taps &taps : columns)
      for (size_t c = 0; c < channels; ++c)
        wide.pixels[i++] =
            applyTaps(taps, &picture.pixels[y * picture.width * channels + c], channels);

  Picture result{width, height, picture.channels, {}};
  result.pixels.resize(size_t(width) * height * channels);
  const size_t stride = width * channels;
  size_t i = 0;
  for (const Taps &taps : makeTaps(picture.height, height))
    for (size_t x = 0; x < stride; ++x)
      result.pixels[i++] = applyTaps(taps, &wide.pixels[x], stride);
  return result;
}

Expected<Tensor> driver::readImage(StringRef path, ArrayRef<int64_t> shape,
                                   const ImageOptions &options) {
  const auto inFile = [&](Error error) {
    return createStringError(path + ": " + toString(std::move(error)));
  };
  if (shape.size() != 3 || (shape[0] != 1 && shape[0] != 3) || shape[1] > INT16_MAX ||
      shape[2] > INT16_MAX)
    return inFile(createStringError("an image gives 1xHxW or 3xHxW values, the network expects " +
                                    shapeToString(shape)));
  Expected<Normalization> normalization = makeNormalization(options, shape[0]);
  if (!normalization)
    return normalization.takeError();
  auto file = mapFile(path);
  if (!file)
    return file.takeError();
  Expected<Picture> picture = decodeImage((*file)->getBuffer(), static_cast<int>(shape[0]));
  if (picture)
    picture = fitPicture(std::move(*picture), static_cast<int>(shape[2]),
                         static_cast<int>(shape[1]), options);
  if (!picture)
    return inFile(picture.takeError());

  const float scale = options.scale.value_or(1.0f / 255);
  const size_t pixels = shape[1] * shape[2], channels = shape[0];
  Tensor tensor{{1, shape[0], shape[1], shape[2]}, std::vector<float>(pixels * channels)};
  for (size_t c = 0; c < channels; ++c)
    for (size_t i = 0; i < pixels; ++i)
      tensor.data[c * pixels + i] =
          (picture->pixels[i * channels + c] * scale - normalization->mean[c]) /
          normalization->std[c];
  return tensor;
}
