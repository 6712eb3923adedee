// sharded-gotify nodes
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "main/command.hpp"
#include "main/settings.hpp"
#include "push/core/clock.hpp"
#include "push/store/open.hpp"

namespace push {
namespace {

constexpr std::size_t kColumns = 9;
using Line = std::array<std::string, kColumns>;

std::string time_of(const std::optional<core::WallTime>& time) {
  return time ? core::rfc3339(std::chrono::floor<std::chrono::seconds>(*time)) : "-";
}

Line line_of(const store::NodeRow& node) {
  const std::uint64_t applied = core::value(node.status.applied);
  const std::uint64_t head = core::value(node.head);
  return {node.name,
          std::string(store::state_of(node)),
          time_of(node.started),
          node.version,
          node.bus,
          std::to_string(applied),
          std::to_string(head > applied ? head - applied : 0),
          std::to_string(node.status.sockets),
          time_of(node.seen)};
}

std::string table_of(const std::vector<Line>& lines) {
  std::array<std::size_t, kColumns> widths{};
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < kColumns; ++i) {
      text += line[i];
      if (i + 1 < kColumns) text.append(widths[i] - line[i].size() + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

int list_nodes(const GlobalOptions& options) {
  const auto loaded = load_settings(options.config);
  if (!loaded) return refuse(loaded.error());
  const auto nodes = store::list_nodes(loaded->config.database);
  if (!nodes) {
    std::fprintf(stderr, "sharded-gotify: cannot list the nodes: %s\n", nodes.error().text.c_str());
    return kFailure;
  }
  std::vector<Line> lines{{"NAME", "STATE", "SINCE", "VERSION", "BUS", "APPLIED", "BEHIND", "SOCKETS", "LAST SEEN"}};
  for (const store::NodeRow& node : *nodes) lines.push_back(line_of(node));
  return print(table_of(lines));
}

const Command kNodes("nodes", "list the servers that share the database, with their state", Command::Reads::settings,
                     [](CLI::App& /*line*/) -> Action { return list_nodes; });

}  // namespace
}  // namespace push
