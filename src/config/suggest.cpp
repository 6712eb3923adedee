#include "config/suggest.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

namespace push::config {

namespace {

constexpr std::size_t kMaxLength = 80;  // anything longer is not close to any key
constexpr std::size_t kVariableSteps = 3;

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('.') + 1);
}

// Levenshtein.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1)});
      corner = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string suggest(const std::string& path, const std::vector<Key>& keys) {
  if (path.size() > kMaxLength) return {};
  std::string best;
  std::size_t least = std::max<std::size_t>(1, (last_part(path).size() + 2) / 3) + 1;
  const auto consider = [&](const std::string& candidate) {
    const std::size_t steps = distance(path, candidate);
    if (steps >= least) return;
    least = steps;
    best = candidate;
  };
  for (const Key& key : keys) {
    consider(key.path);
    for (std::size_t dot = key.path.find('.'); dot != std::string::npos; dot = key.path.find('.', dot + 1)) {
      consider(key.path.substr(0, dot));
    }
  }
  if (!best.empty()) return best;
  // The right key in the wrong section.
  for (const Key& key : keys) {
    if (last_part(key.path) == last_part(path)) return key.path;
  }
  return {};
}

std::string suggest_variable(const std::string& name, const std::vector<Key>& keys) {
  if (name.size() > kMaxLength) return {};
  std::string upper = name;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  std::string best;
  std::size_t least = kVariableSteps + 1;
  const auto consider = [&](const std::string& candidate) {
    const std::size_t steps = distance(upper, candidate);
    if (steps >= least) return;
    least = steps;
    best = candidate;
  };
  for (const Key& key : keys) {
    consider(key.variable());
    consider(key.variable() + "_FILE");
  }
  consider("GOTIFY_CONFIG_FILE");
  if (!best.empty()) return best;
  // The right key in the wrong section.
  const std::string end = upper.substr(std::min(upper.rfind('_'), upper.size()));
  for (const Key& key : keys) {
    if (!end.empty() && key.variable().ends_with(end)) return key.variable();
  }
  return {};
}

}  // namespace push::config
