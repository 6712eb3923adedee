#include <string>

#include "binder/decoders.hpp"
#include "binder/form_values.hpp"
#include "binder/multipart.hpp"

namespace push::binder {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{10} << 20;

core::Result<void> add_parts(const Source& source, std::string_view boundary, FormValues& values) {
  MultipartReader reader(source.body, boundary);
  MultipartReader::Part part;
  std::size_t text_bytes = 0;
  for (;;) {
    const auto more = reader.next(part);
    if (!more) return more.error();
    if (!*more) return {};
    if (part.name.empty()) continue;
    if (!part.file_name.empty()) {
      values.add_file(part.name);
      continue;
    }
    text_bytes += part.name.size() + part.content.size();
    if (text_bytes > kMaxTextBytes) return unreadable("multipart: message too large");
    auto text = part.decoded();
    if (!text) return text.error();
    values.add(part.name, *std::move(text));
  }
}

}  // namespace

core::Result<void> decode_multipart(const Source& source, Draft& draft) {
  const auto boundary = multipart_boundary(source.content_type);
  if (!boundary) return boundary.error();
  FormValues values(draft);
  if (auto added = add_parts(source, *boundary, values); !added) return added;
  // The query provides no values here, but Go rejects a malformed one.
  FormValues ignored(draft);
  if (auto problem = ignored.add_encoded(source.query)) return unreadable(std::move(*problem));
  return values.store(draft);
}

}  // namespace push::binder
