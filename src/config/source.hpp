// Reading files, and lists in environment variables.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/core/result.hpp"

namespace push::config {

// A whole file of at most 1 MiB. Error text: "<path>: cannot be read: <reason>"; code not_found if there is none.
core::Result<std::string> read_file(const std::string& path);

// One CSV record: a,"b,c", d. None if a quote is not closed or is inside a field.
std::optional<std::vector<std::string>> split_record(std::string_view text);

}  // namespace push::config
