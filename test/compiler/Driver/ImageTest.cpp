//===- ImageTest.cpp - Decoding and resizing pictures ---------------------===//
//
// The expected bytes come from Pillow 13's Image.resize(..., BILINEAR), which is
// what torchvision.transforms.Resize calls.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Image.h"

#include <gtest/gtest.h>

#include <numeric>

using namespace sinter;
using namespace sinter::driver;

namespace {

/// Noise that a formula repeats elsewhere; one channel is the first of three.
Picture noise(int width, int height, int channels) {
  Picture picture{width, height, channels, {}};
  for (uint64_t i = 0; i < uint64_t(width) * height * channels; ++i)
    picture.pixels.push_back(static_cast<unsigned char>(i * i * 31 + i * 17));
  return picture;
}

int sum(const Picture &picture) {
  return std::accumulate(picture.pixels.begin(), picture.pixels.end(), 0);
}

TEST(Image, shrinks_as_pillow_does) {
  const Picture small = resizeImage(noise(23, 17, 3), 6, 4);
  EXPECT_EQ(small.width, 6);
  EXPECT_EQ(small.height, 4);
  const std::vector<unsigned char> expected = {
      110, 115, 118, 124, 120, 121, 125, 121, 139, 125, 138, 139, 115, 139, 108, 153, 127, 130,
      120, 129, 115, 149, 129, 135, 110, 112, 141, 123, 139, 134, 127, 123, 125, 126, 127, 125,
      148, 110, 112, 135, 117, 132, 127, 128, 127, 127, 127, 126, 116, 125, 119, 112, 157, 129,
      144, 121, 127, 114, 122, 129, 120, 119, 124, 124, 110, 150, 132, 151, 123, 116, 134, 108};
  EXPECT_EQ(small.pixels, expected);
}

TEST(Image, enlarges_as_pillow_does) {
  const Picture large = resizeImage(noise(5, 3, 1), 8, 7);
  const std::vector<unsigned char> expected = {
      0,   21,  55,  124, 132, 79, 62,  52,  13,  38,  74,  125, 126, 78,  66,  59,  53,  87, 131,
      128, 110, 76,  78,  82,  92, 137, 188, 131, 93,  74,  90,  104, 137, 144, 149, 106, 82, 78,
      108, 132, 183, 152, 109, 80, 72,  82,  126, 161, 198, 154, 96,  72,  68,  83,  132, 170};
  EXPECT_EQ(large.pixels, expected);
}

TEST(Image, keeps_an_unchanged_dimension) {
  EXPECT_EQ(sum(resizeImage(noise(40, 30, 1), 7, 30)), 26674);
  EXPECT_EQ(resizeImage(noise(40, 30, 3), 40, 30).pixels, noise(40, 30, 3).pixels);
}

TEST(Image, tells_images_from_other_files) {
  EXPECT_TRUE(isImage("\x89PNG\r\n\x1a\n..."));
  EXPECT_TRUE(isImage("\xff\xd8\xff\xe0..."));
  EXPECT_FALSE(isImage("\x93NUMPY"));
  EXPECT_FALSE(isImage(""));
}

/// The message of a failed decoding.
std::string refusal(llvm::StringRef bytes) {
  llvm::Expected<Picture> picture = decodeImage(bytes, 3);
  return picture ? "accepted" : llvm::toString(picture.takeError());
}

TEST(Image, refuses_damaged_and_gigantic_files) {
  const llvm::StringRef start("\x89PNG\r\n\x1a\n", 8);
  EXPECT_EQ(refusal(start).substr(0, 15), "damaged image: ");
  EXPECT_EQ(refusal("\xff\xd8\xff\xe0").substr(0, 15), "damaged image: ");
  // A header of 16384 x 16384 pixels, 8 bit RGB.
  const std::string huge =
      start.str() + std::string("\0\0\0\rIHDR\0\0\x40\0\0\0\x40\0\x08\2\0\0\0", 21) + "....";
  EXPECT_EQ(refusal(huge), "16384x16384 pixels, expects at most 134217728 in all");
}

} // namespace
