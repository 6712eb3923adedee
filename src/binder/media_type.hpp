// A Content-Type or Content-Disposition value, parsed as by Go's mime.ParseMediaType.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace push::binder {

struct MediaType {
  std::string type;                                            // lower case
  std::map<std::string, std::string, std::less<>> parameters;  // names in lower case
  std::string problem;  // Go's words; empty if there is none. `type` can be set despite a problem

  std::optional<std::string_view> parameter(std::string_view name) const;
};

MediaType parse_media_type(std::string_view text);

}  // namespace push::binder
