#include <optional>
#include <string>

#include "binder/decoders.hpp"
#include "binder/form_values.hpp"
#include "binder/media_type.hpp"

namespace push::binder {
namespace {

constexpr std::size_t kMaxFormBytes = std::size_t{10} << 20;

// Go reads a body for these methods only.
bool has_form_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

std::optional<std::string> add_body(const Source& source, FormValues& values) {
  if (!has_form_body(source.method) || source.content_type.empty()) return std::nullopt;
  MediaType media = parse_media_type(source.content_type);
  std::optional<std::string> problem;
  if (media.type == "application/x-www-form-urlencoded") {
    if (source.body.size() > kMaxFormBytes) return "http: POST too large";
    problem = values.add_encoded(source.body);
  }
  if (!media.problem.empty()) return std::move(media.problem);
  return problem;
}

}  // namespace

core::Result<void> decode_query(std::string_view query, Draft& draft) {
  FormValues values(draft);
  if (auto problem = values.add_encoded(query)) return unreadable(std::move(*problem));
  return values.store(draft);
}

core::Result<void> decode_form(const Source& source, Draft& draft) {
  FormValues values(draft);
  auto problem = add_body(source, values);
  auto query_problem = values.add_encoded(source.query);
  if (!problem) problem = std::move(query_problem);
  if (problem) return unreadable(std::move(*problem));
  return values.store(draft);
}

}  // namespace push::binder
