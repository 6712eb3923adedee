// Scaffolding: goes when the room is built.
#include "push/files/image_folder.hpp"

namespace push::files {

core::Result<void> ImageFolder::prepare() const {
  return {};
}
core::Result<std::string> ImageFolder::save(std::string_view, std::string_view) const {
  return core::failure(core::ErrorCode::internal, "not built yet");
}
void ImageFolder::remove(const std::string&) const {}
core::Result<std::optional<Image>> ImageFolder::read(std::string_view) const {
  return std::optional<Image>();
}

}  // namespace push::files
