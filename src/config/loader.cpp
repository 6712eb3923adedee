#include "config/loader.hpp"

#include <map>
#include <optional>
#include <utility>

#include "config/source.hpp"
#include "config/suggest.hpp"

namespace push::config {

namespace {

constexpr std::size_t kListedErrors = 20;

// A list or map in a variable: YAML flow style (JSON is that, too), and for a list also one CSV record.
std::optional<Node> parse_structure(Key::Type type, const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  const Node::Kind kind = type == Key::Type::map ? Node::Kind::map : Node::Kind::list;
  Node node;
  node.kind = kind;
  if (first == std::string::npos) return node;
  if (text[first] == (type == Key::Type::map ? '{' : '[')) {
    auto parsed = parse(text);
    Node* root = std::get_if<Node>(&parsed);
    if (root == nullptr || root->kind != kind) return std::nullopt;
    return std::move(*root);
  }
  if (type == Key::Type::map) return std::nullopt;
  const auto fields = split_record(text);
  if (!fields) return std::nullopt;
  for (const std::string& field : *fields) {
    Node& item = node.items.emplace_back();
    item.kind = Node::Kind::text;
    item.text = field;
  }
  return node;
}

}  // namespace

void Loader::fail(std::string line) {
  if (errors_.size() < kListedErrors) {
    errors_.push_back(std::move(line));
  } else {
    ++unlisted_;
  }
}

std::string Loader::errors() const {
  std::string all;
  for (const std::string& line : errors_) all += (all.empty() ? "" : "\n") + line;
  if (unlisted_ > 0) all += "\nand " + std::to_string(unlisted_) + " more";
  return all;
}

void Loader::assign(std::size_t index, const Value& value, std::string origin) {
  if (keys_[index].foreign()) return;
  keys_[index].write(config_, value);
  origins_[index] = std::move(origin);
}

bool Loader::is_section(const std::string& path) const {
  for (const Key& key : keys_) {
    if (key.path.size() > path.size() && key.path[path.size()] == '.' && key.path.rfind(path, 0) == 0) return true;
  }
  return false;
}

void Loader::read_yaml(const std::string& file, std::string_view yaml) {
  file_ = file;
  const auto parsed = parse(yaml);
  if (const Problem* problem = std::get_if<Problem>(&parsed)) return fail(at(problem->line) + ": " + problem->text);
  const Node& root = std::get<Node>(parsed);
  if (root.kind == Node::Kind::null) return;
  if (root.kind != Node::Kind::map) return fail(at(root.line) + ": must be a map of keys");
  read_section(root, "");
}

void Loader::read_section(const Node& section, const std::string& prefix) {
  std::map<std::string_view, int> lines;
  for (const Node& entry : section.items) {
    const std::string path = prefix + entry.name;
    const auto [first, is_new] = lines.emplace(entry.name, entry.line);
    if (!is_new) {
      fail(at(entry.line) + ": " + printable(path) + ": duplicate key, first on line " + std::to_string(first->second));
    } else if (entry.name.find('.') != std::string::npos) {
      fail(at(entry.line) + ": " + printable(path) + ": unknown key; sections are nested, not dotted");
    } else {
      read_entry(entry, path);
    }
  }
}

void Loader::read_entry(const Node& entry, const std::string& path) {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i].path != path) continue;
    const auto result = convert(keys_[i], entry);
    if (const Fault* fault = std::get_if<Fault>(&result)) {
      return fail(at(fault->line) + ": " + path + ": " + fault->value + ": " + fault->allowed);
    }
    return assign(i, std::get<Value>(result), at(entry.line));
  }
  if (is_section(path)) {
    if (entry.kind == Node::Kind::null) return;
    if (entry.kind == Node::Kind::map) return read_section(entry, path + '.');
    const char* kind = entry.kind == Node::Kind::list ? "a list" : "a text";
    return fail(at(entry.line) + ": " + path + ": " + kind + ": must be a map of keys");
  }
  const std::string near = errors_.size() < kListedErrors ? suggest(path, keys_) : "";
  fail(at(entry.line) + ": " + printable(path) + ": unknown key" +
       (near.empty() ? "" : "; did you mean " + near + "?"));
}

void Loader::read_environment(Environment environment) {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const std::string name = keys_[i].variable();
    if (const char* text = environment(name.c_str())) {
      read_variable(i, name, text);
      continue;
    }
    const std::string file_name = name + "_FILE";
    const char* path = environment(file_name.c_str());
    if (path == nullptr) continue;
    auto text = read_file(path);
    if (text.has_error()) {
      fail(file_name + ": " + text.error().text);
      continue;
    }
    text->erase(text->find_last_not_of("\r\n") + 1);
    read_variable(i, file_name, *text);
  }
}

void Loader::read_variable(std::size_t index, const std::string& name, const std::string& text) {
  const Key& key = keys_[index];
  Node node;
  node.kind = Node::Kind::text;
  node.text = text;
  if (key.type == Key::Type::list || key.type == Key::Type::map) {
    auto structure = parse_structure(key.type, text);
    if (!structure) {
      const char* allowed =
          key.type == Key::Type::list ? "must be a list: a,b or [a, b]" : "must be a map: {\"name\": \"value\"}";
      return fail(name + ": " + key.shown(text) + ": " + (key.foreign() ? key.allowed : allowed));
    }
    node = *std::move(structure);
  }
  const auto result = convert(key, node);
  if (const Fault* fault = std::get_if<Fault>(&result)) {
    return fail(name + ": " + fault->value + ": " + fault->allowed);
  }
  assign(index, std::get<Value>(result), name);
}

void Loader::check_together() {
  if (!errors_.empty()) return;
  const Server& server = config_.server;
  const std::string& page = server.metrics.listenaddr;
  const bool same_address = server.listenaddr.empty() || page.empty() || server.listenaddr == page;
  const bool sockets = server.listenaddr.rfind("unix:", 0) != 0 && page.rfind("unix:", 0) != 0;
  if (!sockets || !same_address || server.metrics.port == 0 || server.metrics.port != server.port) return;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i].path != "server.metrics.port") continue;
    fail(origins_[i] + ": " + keys_[i].path + ": " + keys_[i].listed(config_) + ": must differ from server.port");
  }
}

Loaded Loader::loaded() const {
  Loaded loaded;
  loaded.config = config_;
  loaded.file = file_;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const Key& key = keys_[i];
    if (key.foreign()) continue;
    loaded.settings.push_back({key.path, key.listed(config_), origins_[i], key.variable(), key.meaning});
  }
  return loaded;
}

}  // namespace push::config
