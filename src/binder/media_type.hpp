// A Content-Type or Content-Disposition value, taken apart as Go's mime.ParseMediaType does.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace push::binder {

struct MediaType {
  std::string type;                                             // lower case
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case
  std::string problem;  // Go's words; empty when all is well. `type` can be set in spite of a problem

  std::optional<std::string_view> parameter(std::string_view name) const;
};

MediaType parse_media_type(std::string_view text);

}  // namespace push::binder
