// The answer of every listing: a JSON array.
#pragma once
#include <string>
#include <vector>

namespace push::api {

// `append` prints one row.
template <class Row, class Append>
std::string json_list(const std::vector<Row>& rows, Append append) {
  std::string out = "[";
  for (const Row& row : rows) {
    if (out.size() > 1) out += ',';
    append(out, row);
  }
  out += ']';
  return out;
}

}  // namespace push::api
