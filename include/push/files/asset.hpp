// The files embedded in the program: everything under src/files/web. Any thread; memory only.
#pragma once
#include <span>
#include <string_view>

namespace push::files {

struct Asset {
  std::string_view path;   // below src/files/web, e.g. static/app.js
  std::string_view type;   // type_of() the path
  std::string_view bytes;  // lives as long as the program
  std::string_view etag;   // quoted; of the bytes
};

// Sorted by path.
std::span<const Asset> assets();
// Null if there is none.
const Asset* find_asset(std::string_view path);

}  // namespace push::files
