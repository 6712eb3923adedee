// Whether bytes begin as an image does: the kinds that Gotify knows (protocol 1.6).
#pragma once
#include <string_view>

namespace push::files {

inline constexpr std::size_t kSignatureBytes = 261;  // no more is looked at

bool is_image(std::string_view bytes);
// .gif, .png, .jpg or .jpeg in any case, with its dot and unchanged; "" for any other name.
std::string_view image_extension(std::string_view name);

}  // namespace push::files
