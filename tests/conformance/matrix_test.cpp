// The authorisation matrix: every route, every kind of credentials, one's own things and another user's, in both modes.
#include "conformance/matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <tuple>

#include "api/routes.hpp"
#include "conformance/play.hpp"

namespace push::conformance {
namespace {

using Case = std::tuple<Mode, std::size_t>;  // the index of a route

// Every cell gets its own world.
Stage& stage(Mode mode) {
  const auto cells = static_cast<unsigned>(2 * kRoutes.size() * kVisitors.size());
  static std::set<Mode> with_picture;
  Stage& stage = stage_for("Matrix", Plan{mode, cells + 1, 1, true}, {});
  if (with_picture.insert(mode).second) {
    const std::string folder = stage.server().directory() + "/images";
    std::filesystem::create_directories(folder);
    std::ofstream(folder + "/matrixmatrixmatrixmatrixm.png", std::ios::binary) << png();
  }
  return stage;
}

std::string identifier(std::string text) {
  std::string plain;
  for (const char c : text) {
    const bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (letter || (!plain.empty() && plain.back() != '_')) plain += letter ? c : '_';
  }
  return plain;
}

std::string name(const testing::TestParamInfo<Case>& info) {
  const auto& [mode, index] = info.param;
  const Route& route = kRoutes[index];
  return "M_" + std::to_string(index + 1) + "_" + identifier(route.method + std::string(" ") + route.pattern) + "_" +
         name_of(mode);
}

// {app}, {its message} and {its client}: of the visitor, or of the other one.
void choose_things(Values& values, const Visitor& visitor, bool foreign) {
  const std::string as = visitor.as;
  const bool users = as.starts_with("U") || as.starts_with("cookie=U");
  const bool of_user = users != foreign;
  values["app"] = values.at(of_user ? "userapp" : "app1");
  values["its message"] = values.at(of_user ? "um1" : "m1");
  values["its client"] = values.at(of_user ? "userclient" : "client");
}

void check_cell(const Route& route, const Visitor& visitor, Mode mode, bool foreign) {
  Values values = stage(mode).fresh();
  choose_things(values, visitor, foreign);
  const std::string line = route.method + std::string(" ") + route.target;
  Request request = route.send;
  request.line = line.c_str();
  request.as = visitor.as;
  if (visitor.cross_site) request.headers.emplace_back("Sec-Fetch-Site: cross-site");
  support::HttpClient http = stage(mode).server().http();
  const support::Answer answer = send(http, request, values);
  const std::string wrong = compare(answer, expected(route, visitor, mode, foreign), values, mode);
  if (!wrong.empty()) {
    ADD_FAILURE() << line << " by " << visitor.name << (foreign ? ", another's" : "") << "\n" << wrong;
  }
}

class Matrix : public testing::TestWithParam<Case> {};

TEST_P(Matrix, LetsInWhoMay) {
  const auto& [mode, index] = GetParam();
  const Route& route = kRoutes[index];
  for (const Visitor& visitor : kVisitors) {
    check_cell(route, visitor, mode, false);
    if (*route.foreign != '\0') check_cell(route, visitor, mode, true);
  }
}

INSTANTIATE_TEST_SUITE_P(, Matrix,
                         testing::Combine(testing::Values(Mode::v2, Mode::v3),
                                          testing::Range(std::size_t{0}, kRoutes.size())),
                         name);

std::set<std::string> in_matrix() {
  std::set<std::string> all;
  for (const Route& route : kRoutes) all.insert(route.method + std::string(" ") + route.pattern);
  return all;
}

std::vector<std::string> without(const std::set<std::string>& first, const std::set<std::string>& second) {
  std::vector<std::string> rest;
  std::set_difference(first.begin(), first.end(), second.begin(), second.end(), std::back_inserter(rest));
  return rest;
}

TEST(MatrixItself, HasEveryRouteOfTheProgramAndNoOther) {
  std::set<std::string> routes;
  for (const api::Route& route : api::routes())
    routes.insert(std::string(route.method) + " " + std::string(route.pattern));
  EXPECT_EQ(without(routes, in_matrix()), std::vector<std::string>{}) << "routes without a row in matrix_routes.cpp";
  routes.insert("GET /plugin/:id/custom/*");  // no plugin, no such address
  EXPECT_EQ(without(in_matrix(), routes), std::vector<std::string>{}) << "rows without a route";
}

// /swagger writes an id as {id}.
std::string as_pattern(std::string path) {
  for (auto at = path.find('{'); at != std::string::npos; at = path.find('{')) {
    path.replace(at, path.find('}') - at + 1, ":id");
  }
  return path;
}

TEST(MatrixItself, HasEveryOperationOfTheApisDocument) {
  const auto document = stage(Mode::v2).server().http().get("/swagger").json();
  std::set<std::string> operations;
  for (const auto& [path, methods] : document.at("paths").items()) {
    for (const auto& [method, operation] : methods.items()) {
      if (method == "parameters") continue;
      std::string upper = method;
      std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
      operations.insert(upper + " " + as_pattern(path));
    }
  }
  std::set<std::string> known = in_matrix();
  EXPECT_EQ(without(operations, known), std::vector<std::string>{}) << "documented, but not in the matrix";
  for (const Route& route : kRoutes) {
    if (route.needs == Needs::nothing) known.erase(route.method + std::string(" ") + route.pattern);
  }
  EXPECT_EQ(without(known, operations), std::vector<std::string>{}) << "not documented";
}

}  // namespace
}  // namespace push::conformance
