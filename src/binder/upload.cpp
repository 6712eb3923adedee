#include <utility>

#include "binder/multipart.hpp"
#include "push/binder/binder.hpp"

namespace push::binder {

core::Result<std::optional<Upload>> find_upload(const Source& source, std::string_view name) {
  const auto boundary = multipart_boundary(source.content_type);
  if (!boundary) return boundary.error();
  MultipartReader reader(source.body, *boundary);
  MultipartReader::Part part;
  std::optional<Upload> found;
  // To the end: what follows the file must be well formed, too.
  for (;;) {
    const auto more = reader.next(part);
    if (!more) return more.error();
    if (!*more) return found;
    if (found || part.name != name || part.file_name.empty()) continue;
    if (!part.quoted_printable) {
      found = Upload{std::move(part.file_name), {core::Bytes(), part.content}};
      continue;
    }
    const auto content = part.decoded();
    if (!content) return content.error();
    found = Upload{std::move(part.file_name), core::Slice::copy(*content)};
  }
}

}  // namespace push::binder
