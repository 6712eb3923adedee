#include "config/loader.hpp"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "config/check.hpp"
#include "config/dotenv.hpp"
#include "config/source.hpp"
#include "config/structure.hpp"
#include "config/suggest.hpp"
#include "push/core/check.hpp"

namespace push::config {

namespace {

constexpr std::size_t kListedErrors = 20;
constexpr std::size_t kListedNotices = 50;

constexpr std::string_view kPrefix = "GOTIFY_";

// An empty variable counts as unset, as an unset ${X} in a compose file is an empty variable (Gotify 2). Blanks are
// nothing in YAML, but may be a password.
bool is_set(const Key& key, const std::string& text) {
  return key.type == Key::Type::text ? !text.empty() : text.find_first_not_of(" \t\r\n") != std::string::npos;
}

// Kubernetes sets GOTIFY_SERVER_PORT=tcp://10.0.0.1:80 in a pod beside a service called gotify-server.
bool is_of_kubernetes(const std::string& name, std::string_view text) {
  return name.ends_with("_PORT") &&
         (text.starts_with("tcp://") || text.starts_with("udp://") || text.starts_with("sctp://"));
}

std::string without_blanks(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

// The name of a variable in an error.
std::string label(const std::string& name, const std::string& place) {
  return place.empty() ? name : place + ": " + name;
}

}  // namespace

Loader::Loader() : origins_(keys_.size(), "default") {
  for (const Key& key : keys_) values_.push_back(key.initial);
}

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

void Loader::note(Notice::Level level, std::string line) {
  if (notices_.size() < kListedNotices) notices_.push_back({level, std::move(line)});
}

void Loader::assign(std::size_t index, Value value, std::string origin) {
  const Key& key = keys_[index];
  if (key.foreign()) {
    values_[index] = std::move(value);
  } else {
    key.write(config_, value);
    values_[index] = key.read(config_);
  }
  origins_[index] = std::move(origin);
}

std::size_t Loader::index_of(std::string_view path) const {
  std::size_t index = 0;
  while (index < keys_.size() && keys_[index].path != path) ++index;
  PUSH_CHECK(index < keys_.size());
  return index;
}

const Value& Loader::value(std::string_view path) const {
  return values_[index_of(path)];
}

std::vector<Loader::Given> Loader::given() const {
  std::vector<Given> all;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (origins_[i] != "default") all.push_back({keys_[i], values_[i]});
  }
  return all;
}

std::string Loader::where(std::size_t index) const {
  const bool variable = origins_[index].starts_with(keys_[index].variable());
  return variable ? origins_[index] : origins_[index] + ": " + keys_[index].path;
}

bool Loader::is_section(const std::string& path) const {
  for (const Key& key : keys_) {
    if (key.path.size() > path.size() && key.path[path.size()] == '.' && key.path.rfind(path, 0) == 0) return true;
  }
  return false;
}

void Loader::read_yaml(const std::string& file, std::string_view yaml) {
  file_ = file;
  files_.push_back(file);
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
    if (keys_[i].path != path && keys_[i].was != path) continue;
    if (keys_[i].path != path) {
      const bool set = origins_[i].starts_with(file_ + ":");
      note_earlier(at(entry.line) + ": " + path, keys_[i].path, set);
      if (set) return;
    }
    const auto result = convert(keys_[i], entry);
    if (const Fault* fault = std::get_if<Fault>(&result)) {
      return fail(at(fault->line) + ": " + path + ": " + fault->value + ": " + fault->allowed);
    }
    return assign(i, std::get<Value>(result), at(entry.line));
  }
  if (is_section(path)) {
    if (entry.kind == Node::Kind::null) return;
    if (entry.kind == Node::Kind::map) return read_section(entry, path + '.');
    const char* kind = entry.kind == Node::Kind::list ? "a list" : "a string";
    return fail(at(entry.line) + ": " + path + ": " + kind + ": must be a map of keys");
  }
  const std::string near = errors_.size() < kListedErrors ? suggest(path, keys_) : "";
  fail(at(entry.line) + ": " + printable(path) + ": unknown key" +
       (near.empty() ? "" : "; did you mean " + near + "?"));
}

void Loader::read_dotenv(const std::string& file, std::string_view text) {
  file_ = file;
  files_.push_back(file);
  const auto parsed = parse_dotenv(text);
  if (const auto* error = std::get_if<DotenvError>(&parsed)) return fail(at(error->line) + ": " + error->text);
  Variables variables;
  for (const Assignment& one : std::get<std::vector<Assignment>>(parsed)) {
    const std::string place = at(one.line);
    const std::string name = label(printable(one.name), place);
    if (one.remark != nullptr) note(Notice::Level::warning, name + ": " + one.remark);
    if (const auto found = variables.find(one.name); found != variables.end()) {
      note(Notice::Level::warning, name + ": overrides " + found->second.place);
    }
    variables[one.name] = {one.value, place};
  }
  for (const auto& [name, variable] : variables) {
    if (!name.starts_with(kPrefix)) others_[name] = variable.text;
  }
  if (const auto named = variables.find(kConfigFile); named != variables.end()) {
    note(Notice::Level::warning, label(kConfigFile, named->second.place) + ": has no effect in a dotenv file");
  }
  read_variables(variables);
}

void Loader::read_environment(const Environment& environment) {
  Variables variables;
  for (const auto& [name, text] : environment) {
    if (name.starts_with(kPrefix)) variables[name] = {text, {}};
  }
  read_variables(variables);
}

void Loader::read_variables(const Variables& variables) {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const bool set = read_variable_of(i, keys_[i].variable(), variables);
    if (!keys_[i].was.empty()) read_earlier(i, set, variables);
  }
  note_unknown(variables);
}

bool Loader::read_variable_of(std::size_t index, const std::string& name, const Variables& variables) {
  const auto plain = variables.find(name);
  auto named = variables.find(name + "_FILE");
  if (named != variables.end() && named->second.text.empty()) named = variables.end();
  const bool foreign = plain != variables.end() && is_of_kubernetes(name, plain->second.text);
  if (foreign) {
    note(Notice::Level::warning, label(name, plain->second.place) + ": " + printable(plain->second.text) +
                                     ": ignored, because Kubernetes sets it for a service of that name; to avoid it, "
                                     "rename the service or set enableServiceLinks: false in the pod");
  }
  const bool set = plain != variables.end() && !foreign && is_set(keys_[index], plain->second.text);
  if (set) {
    read_variable(index, name, plain->second);
    if (named == variables.end()) return true;
    note(Notice::Level::warning,
         label(named->first, named->second.place) + ": ignored because " + name + " is also set");
  } else if (named != variables.end()) {
    read_named_file(index, named->first, named->second);
  }
  return set || named != variables.end();
}

void Loader::read_earlier(std::size_t index, bool is_set, const Variables& variables) {
  const std::string name = variable_of(keys_[index].was);
  for (const std::string& given : {name, name + "_FILE"}) {
    const auto found = variables.find(given);
    if (found == variables.end()) continue;
    note_earlier(label(given, found->second.place), keys_[index].variable(), is_set);
  }
  if (!is_set) read_variable_of(index, name, variables);
}

void Loader::note_earlier(const std::string& where, const std::string& now, bool is_set) {
  note(Notice::Level::warning,
       where + (is_set ? ": ignored because " + now + " is also set" : ": now called " + now + ", rename it"));
}

void Loader::read_named_file(std::size_t index, const std::string& name, const Variable& variable) {
  auto text = read_file(variable.text);
  if (text.has_error()) return fail(label(name, variable.place) + ": " + text.error().text);
  text->erase(text->find_last_not_of("\r\n") + 1);
  if (text->empty() && keys_[index].is_never_empty()) {
    return note(Notice::Level::warning,
                label(name, variable.place) + ": " + printable(variable.text) + ": ignored because the file is empty");
  }
  read_variable(index, name, {*std::move(text), variable.place});
}

void Loader::note_unknown(const Variables& variables) {
  std::set<std::string> known = {kConfigFile};
  for (const Key& key : keys_) {
    known.insert({key.variable(), key.variable() + "_FILE"});
    if (!key.was.empty()) known.insert({variable_of(key.was), variable_of(key.was) + "_FILE"});
  }
  for (const auto& [name, variable] : variables) {
    if (!name.starts_with(kPrefix) || known.contains(name)) continue;
    const std::string near = suggest_variable(name, keys_);
    note(Notice::Level::warning, label(printable(name), variable.place) + ": unknown variable, ignored" +
                                     (near.empty() ? "" : "; did you mean " + near + "?"));
  }
}

void Loader::read_variable(std::size_t index, const std::string& name, const Variable& variable) {
  const Key& key = keys_[index];
  const std::string where = label(name, variable.place);
  Node node;
  node.kind = Node::Kind::text;
  // YAML drops blanks around a number or a switch.
  node.text = key.type == Key::Type::text ? variable.text : without_blanks(variable.text);
  if (key.type == Key::Type::list || key.type == Key::Type::map) {
    auto structure = parse_structure(key.type, variable.text);
    if (!structure) {
      const char* allowed = key.type == Key::Type::list ? "must be a list: a,b or [a, b], or a line \"- a\" per item"
                                                        : "must be a map: {\"name\": \"value\"}";
      return fail(where + ": " + key.shown(variable.text) + ": " + allowed);
    }
    node = *std::move(structure);
    if (node.items.empty()) node.kind = Node::Kind::null;
  }
  auto result = convert(key, node);
  if (const Fault* fault = std::get_if<Fault>(&result))
    return fail(where + ": " + fault->value + ": " + fault->allowed);
  assign(index, std::get<Value>(std::move(result)), variable.place.empty() ? name : variable.place);
}

// Fewer work, but then a page of messages waits until another one has been read.
void Loader::check_readers() {
  const unsigned wanted = config_.server.workers + 2;
  if (config_.database.readers >= wanted) return;
  const bool given = origins_[index_of("database.readers")] != "default";
  const std::size_t index = index_of(given ? "database.readers" : "server.workers");
  note(Notice::Level::warning, where(index) + ": " + keys_[index].listed(values_[index]) +
                                   ": database.readers should be " + std::to_string(wanted) +
                                   " or more, server.workers plus 2; requests wait for each other");
}

void Loader::check_connection() {
  const Database& database = config_.database;
  const bool is_sqlite = database.dialect == "sqlite3";
  if (is_sqlite ? is_file(database.connection) : is_postgres(database.connection)) return;
  const std::size_t index = index_of("database.connection");
  fail(where(index) + ": " + keys_[index].listed(values_[index]) + ": must be " +
       (is_sqlite ? "the path of an SQLite file, because database.dialect is sqlite3"
                  : "a connection string such as \"host=localhost user=gotify dbname=gotify\" or "
                    "postgres://gotify@localhost/gotify, because database.dialect is postgres"));
}

void Loader::check_cluster() {
  const Cluster& cluster = config_.cluster;
  if (cluster.bus == BusKind::none) return;
  if (config_.database.dialect != "postgres") {
    const std::size_t index = index_of("cluster.bus");
    return fail(where(index) + ": " + keys_[index].listed(values_[index]) +
                ": must be none, because database.dialect is " + config_.database.dialect);
  }
  if (cluster.bus != BusKind::nats || !cluster.nats.credentials.empty()) return;
  const std::string server = open_nats_server(cluster.nats.url);
  if (server.empty()) return;
  const std::size_t index = index_of("cluster.nats.url");
  fail(where(index) + ": " + keys_[index].listed(values_[index]) + ": must name a user and password or a token for " +
       printable(server) + ", which is not on this machine; or set cluster.nats.credentials");
}

void Loader::check_together() {
  if (!errors_.empty()) return;
  check_served();
  check_readers();
  check_connection();
  check_cluster();
  const Server& server = config_.server;
  const std::string& page = server.metrics.listenaddr;
  const bool same_address = server.listenaddr.empty() || page.empty() || server.listenaddr == page;
  const bool sockets = server.listenaddr.rfind("unix:", 0) != 0 && page.rfind("unix:", 0) != 0;
  if (!sockets || !same_address || server.metrics.port == 0 || server.metrics.port != server.port) return;
  const std::size_t index = index_of("server.metrics.port");
  fail(where(index) + ": " + keys_[index].listed(values_[index]) + ": must differ from server.port");
}

// Gotify features that this server lacks: an error if one is enabled, else one notice for all.
void Loader::check_served() {
  std::string idle;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const Key& key = keys_[i];
    if (!key.foreign() || values_[i] == key.initial) continue;
    if (!key.refused.empty()) {
      fail(where(i) + ": " + key.listed(values_[i]) + ": " + key.refused);
    } else if (!is_empty(values_[i])) {
      idle += (idle.empty() ? "" : ", ") + key.path + " (" + origins_[i] + ")";
    }
  }
  if (!idle.empty()) note(Notice::Level::info, "no effect, not supported by this server: " + idle);
}

Loaded Loader::loaded() const {
  Loaded loaded;
  loaded.config = config_;
  loaded.files = files_;
  loaded.notices = notices_;
  loaded.variables = others_;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const Key& key = keys_[i];
    if (key.foreign()) continue;
    loaded.settings.push_back({key.path, key.listed(values_[i]), origins_[i], key.variable(), key.meaning});
  }
  return loaded;
}

}  // namespace push::config
