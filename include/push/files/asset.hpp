// The files that the program carries: everything under src/files/web, embedded by the build. Any thread; memory only.
#pragma once
#include <span>
#include <string_view>

namespace push::files {

struct Asset {
  std::string_view path;   // below src/files/web: static/app.js
  std::string_view type;   // type_of() the path
  std::string_view bytes;  // lives as long as the program
};

// By path.
std::span<const Asset> assets();
// Null: there is none.
const Asset* find_asset(std::string_view path);

}  // namespace push::files
