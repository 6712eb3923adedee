#include "files/image_kind.hpp"

#include <algorithm>
#include <array>

#include "push/core/text.hpp"

namespace push::files {
namespace {

using namespace std::string_view_literals;

constexpr std::array kBeginnings = {
    "\xFF\xD8\xFF"sv,                // JPEG
    "\0\0\0\x0CjP  \r\n\x87\n\0"sv,  // JPEG 2000
    "\x89PNG"sv,                     // PNG
    "GIF"sv,                         // GIF
    "II*\0"sv,
    "MM\0*"sv,     // TIFF, and CR2, which is one
    "BM"sv,        // BMP
    "II\xBC"sv,    // JPEG XR
    "8BPS"sv,      // Photoshop
    "\0\0\1\0"sv,  // icon
    "AC10"sv,      // DWG
    "v/1\1"sv,     // OpenEXR
};

// HEIF and AVIF: ISO base media files whose major brand, or one of their compatible brands, says so.
bool is_iso_image(std::string_view bytes) {
  constexpr std::size_t kBrandBytes = 4;
  if (bytes.size() < 12 || bytes.substr(4, 4) != "ftyp") return false;
  const auto names_codec = [](std::string_view brand) { return brand == "heic" || brand == "avif"; };
  const std::string_view major = bytes.substr(8, kBrandBytes);
  if (names_codec(major)) return true;
  if (major != "mif1" && major != "msf1") return false;
  std::size_t box = 0;
  for (const char byte : bytes.substr(0, 4)) box = box << 8U | static_cast<unsigned char>(byte);
  const std::size_t end = std::min(box, bytes.size());
  for (std::size_t at = 16; at + kBrandBytes <= end; at += kBrandBytes) {
    if (names_codec(bytes.substr(at, kBrandBytes))) return true;
  }
  return false;
}

}  // namespace

bool is_image(std::string_view bytes) {
  bytes = bytes.substr(0, kSignatureBytes);
  const auto begins = [bytes](std::string_view beginning) { return bytes.starts_with(beginning); };
  if (std::any_of(kBeginnings.begin(), kBeginnings.end(), begins)) return true;
  if (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP") return true;
  return is_iso_image(bytes);
}

std::string_view image_extension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view extension = name.substr(dot);
  for (const std::string_view known : {".gif", ".png", ".jpg", ".jpeg"}) {
    if (core::same_ignoring_case(extension, known)) return extension;
  }
  return {};
}

}  // namespace push::files
