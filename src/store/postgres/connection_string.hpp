#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/core/result.hpp"

namespace push::store::postgres {

struct ConnectionString {
  std::vector<std::pair<std::string, std::string>> parameters;
  bool prepares = true;
  std::string description;
  static core::Result<ConnectionString> parse(std::string_view text);
};

}  // namespace push::store::postgres
