// The document of /swagger against the table of routes: both must contain the same operations.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "api/routes.hpp"
#include "push/files/asset.hpp"

namespace push::api {
namespace {

using Json = nlohmann::json;
using Set = std::set<std::string>;

const Json& document() {
  static const Json parsed = Json::parse(files::find_asset("swagger.json")->bytes);
  return parsed;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

// "GET /message/:id open"
std::string line(const std::string& method, const std::string& pattern, bool open) {
  return method + " " + pattern + (open ? " open" : "");
}

Set documented() {
  Set out;
  for (const auto& [path, methods] : document().at("paths").items()) {
    for (const auto& [method, operation] : methods.items()) {
      std::string upper = method;
      std::transform(upper.begin(), upper.end(), upper.begin(),
                     [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      out.insert(line(upper, replaced(path, "{id}", ":id"), !operation.contains("security")));
    }
  }
  return out;
}

// Pages, files and the description itself are not part of the API.
Set in_the_table() {
  const Set pages = {"/", "/index.html", "/manifest.json", "/sw.js", "/static/*", "/image/*", "/swagger", "/docs"};
  Set out;
  for (const Route& route : routes()) {
    const std::string pattern(route.pattern);
    if (route.method == "OPTIONS" || route.method == "HEAD" || pages.contains(pattern)) continue;
    const bool asks_itself = pattern == "/auth/local/login";  // for a password, not for whatever a route may ask for
    out.insert(line(std::string(route.method), pattern, !route.access && !asks_itself));
  }
  return out;
}

void collect_references(const Json& value, Set& out) {
  if (value.is_object() && value.contains("$ref")) out.insert(value.at("$ref").get<std::string>());
  if (value.is_structured()) {
    for (const Json& part : value) collect_references(part, out);
  }
}

TEST(Swagger, KnowsEveryRouteAndNoOther) {
  const Set known = documented();
  const Set served = in_the_table();
  for (const std::string& operation : served) EXPECT_TRUE(known.contains(operation)) << "not documented: " << operation;
  for (const std::string& operation : known) EXPECT_TRUE(served.contains(operation)) << "not served: " << operation;
}

TEST(Swagger, IsADocumentOfVersionTwoWhoseReferencesLead) {
  EXPECT_EQ(document().at("swagger"), "2.0");
  EXPECT_EQ(document().at("info").at("version"), "2.1.0");
  EXPECT_EQ(document().at("host"), "%HOST%");
  Set references;
  collect_references(document(), references);
  EXPECT_GT(references.size(), 10u);
  for (const std::string& reference : references) {
    EXPECT_TRUE(document().contains(Json::json_pointer(reference.substr(1)))) << reference;
  }
  Set ids;
  for (const auto& [path, methods] : document().at("paths").items()) {
    for (const auto& [method, operation] : methods.items()) {
      EXPECT_TRUE(ids.insert(operation.at("operationId")).second) << operation.at("operationId");
      EXPECT_FALSE(operation.at("responses").empty()) << path;
      Set in_path;
      for (const Json& parameter : operation.value("parameters", Json::array())) {
        if (parameter.at("in") == "path") in_path.insert("{" + parameter.at("name").get<std::string>() + "}");
      }
      EXPECT_EQ(in_path, path.find("{id}") == std::string::npos ? Set() : Set{"{id}"}) << method << ' ' << path;
      for (const Json& way : operation.value("security", Json::array())) {
        EXPECT_TRUE(document().at("securityDefinitions").contains(way.items().begin().key())) << path;
      }
    }
  }
}

}  // namespace
}  // namespace push::api
