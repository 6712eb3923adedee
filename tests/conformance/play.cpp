#include "conformance/play.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <regex>

namespace push::conformance {
namespace {

constexpr unsigned kWorlds = 120;

struct Class {
  const char* name;
  const char* v2;
  const char* v3;
};
constexpr const char* kTime = R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{0,8}[1-9]|0)(Z|[+-]\d\d:\d\d))";
constexpr Class kClasses[] = {
    {"<id>", "[1-9][0-9]*", "[1-9][0-9]*"},
    {"<time>", kTime, kTime},
    {"<image>", "image/[A-Za-z0-9._-]{25}", "image/[A-Za-z0-9_-]{25}"},
    {"<A>", "A[A-Za-z0-9._-]{14}", R"(gtfya\.[A-Za-z0-9_-]{43})"},
    {"<C>", "C[A-Za-z0-9._-]{14}", R"(gtfyc\.[A-Za-z0-9_-]{43})"},
    {"<A stored>", "A[A-Za-z0-9._-]{14}", R"(gtfya\.[A-Za-z0-9_-]{43})"},
    {"<C stored>", "C[A-Za-z0-9._-]{14}", R"(gtfyc\.[A-Za-z0-9_-]{43})"},
    {"<A listed>", R"("token":"A[A-Za-z0-9._-]{14}",)", ""},
    {"<C listed>", R"("token":"C[A-Za-z0-9._-]{14}",)", ""},
};

// The class that starts here, or nothing.
const Class* class_at(const std::string& pattern, std::size_t at) {
  for (const Class& one : kClasses) {
    if (pattern.compare(at, std::string_view(one.name).size(), one.name) == 0) return &one;
  }
  return nullptr;
}

std::string expression_of(const std::string& pattern, Mode mode) {
  std::string expression;
  for (std::size_t at = 0; at < pattern.size();) {
    if (const Class* found = class_at(pattern, at)) {
      expression += mode == Mode::v2 ? found->v2 : found->v3;
      at += std::string_view(found->name).size();
      continue;
    }
    if (std::string_view(R"(^$\.*+?()[]{}|/)").find(pattern[at]) != std::string_view::npos) expression += '\\';
    expression += pattern[at++];
  }
  return expression;
}

std::vector<std::string> pieces_of(const std::string& pattern) {
  constexpr std::string_view kAny = "<any>";
  std::vector<std::string> pieces;
  std::size_t from = 0;
  for (auto at = pattern.find(kAny); at != std::string::npos; at = pattern.find(kAny, from)) {
    pieces.push_back(pattern.substr(from, at - from));
    from = at + kAny.size();
  }
  pieces.push_back(pattern.substr(from));
  return pieces;
}

// Piece after piece with anything between. <any> is not an expression of its own: std::regex recurses for every byte
// that it matches.
bool matches_pieces(const std::string& text, const std::vector<std::string>& pieces, Mode mode) {
  auto at = text.begin();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool first = i == 0;
    const bool last = i + 1 == pieces.size();
    std::smatch found;
    const auto flags = first ? std::regex_constants::match_continuous : std::regex_constants::match_default;
    const std::regex expression(expression_of(pieces[i], mode) + (last ? "$" : ""));
    if (!std::regex_search(at, text.end(), found, expression, flags)) return false;
    at = found[0].second;
  }
  return at == text.end();
}

std::string compare_headers(const support::Answer& answer, const Want& want, const Values& values, Mode mode) {
  std::string wrong;
  if (want.type != nullptr && answer.header("Content-Type") != want.type) {
    wrong += "Content-Type: expected '" + std::string(want.type) + "', got '" + answer.header("Content-Type") + "'\n";
  }
  for (const std::string& line : want.headers) {
    const bool absent = line.front() == '!';
    const std::string name = absent ? line.substr(1) : line.substr(0, line.find(": "));
    if (absent && answer.has(name)) wrong += "unexpected " + name + ": " + answer.header(name) + "\n";
    if (absent) continue;
    const std::string pattern = line.substr(name.size() + 2);
    if (!answer.has(name) || !matches(answer.header(name), pattern, values, mode)) {
      wrong += name + ": expected '" + fill_in(pattern, values) + "', got '" + answer.header(name) + "'\n";
    }
  }
  return wrong;
}

// Seconds since the epoch, truncated.
std::int64_t seconds_of(const std::string& rfc3339) {
  std::tm parts{};
  if (::strptime(rfc3339.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr)
    throw support::Failure("no time: " + rfc3339);
  return ::timegm(&parts);
}

std::string compare_times(const support::Answer& answer, const Want::Apart& want) {
  const auto body = answer.json();
  const auto distance = seconds_of(body.at(want.second)) - seconds_of(body.at(want.first));
  if (distance == want.seconds) return {};
  return std::string(want.second) + " lies " + std::to_string(distance) + " s after " + want.first + "\n";
}

void keep(const support::Answer& answer, const std::string& name, Values& values) {
  constexpr std::string_view kCookie = "gotify-client-token=";
  const std::string cookie = answer.header("Set-Cookie");
  if (cookie.starts_with(kCookie)) {
    values[name + ".cookie"] = cookie.substr(kCookie.size(), cookie.find(';') - kCookie.size());
  }
  const auto body = nlohmann::json::parse(answer.body, nullptr, false);
  if (!body.is_object()) return;
  for (const auto& [member, value] : body.items()) {
    values[name + "." + member] = value.is_string() ? value.get<std::string>() : value.dump();
  }
}

// A server for this row only, which lives as long as this object.
struct Place {
  std::unique_ptr<Stage> own;
  Stage* stage = nullptr;
  Values values;
};

Place place_of(const Row& row, Mode mode, const std::string& section, unsigned messages) {
  Place place;
  if (row.in == In::alone) {
    place.own = std::make_unique<Stage>(Plan{mode, 1, messages}, row.settings);
    place.stage = place.own.get();
  } else {
    place.stage = &stage_for(section, Plan{mode, row.settings.empty() ? kWorlds : 4, messages}, row.settings);
  }
  place.values = row.in == In::fresh ? place.stage->fresh() : place.stage->shared();
  return place;
}

}  // namespace

support::Answer send(support::HttpClient& http, const Request& request, Values& values) {
  const std::string line = fill_in(request.line, values);
  const auto space = line.find(' ');
  Lines headers = headers_for(request.as, values);
  for (const std::string& header : request.headers) headers.push_back(fill_in(header, values));
  if (*request.type != '\0') headers.push_back("Content-Type: " + std::string(request.type));
  support::Answer answer =
      http.request(line.substr(0, space), line.substr(space + 1), headers, fill_in(request.body, values));
  if (*request.keep != '\0') keep(answer, request.keep, values);
  return answer;
}

bool matches(const std::string& text, const std::string& pattern, const Values& values, Mode mode) {
  const std::string expected = fill_in(pattern, values);
  return text == expected || matches_pieces(text, pieces_of(expected), mode);
}

std::string compare(const support::Answer& answer, const Want& want, const Values& values, Mode mode) {
  std::string wrong;
  if (answer.status != want.status) {
    wrong += "status: expected " + std::to_string(want.status) + ", got " + std::to_string(answer.status) + "\n";
  }
  wrong += compare_headers(answer, want, values, mode);
  if (want.body && !matches(answer.body, *want.body, values, mode)) {
    wrong += "body: expected " + fill_in(*want.body, values) + "\n";
  }
  for (const std::string& piece : want.contains) {
    if (!matches(answer.body, "<any>" + piece + "<any>", values, mode)) {
      wrong += "body: expected to hold " + fill_in(piece, values) + "\n";
    }
  }
  for (const std::string& piece : want.lacks) {
    if (answer.body.find(fill_in(piece, values)) != std::string::npos)
      wrong += "body: expected without " + piece + "\n";
  }
  if (want.times && wrong.empty()) wrong += compare_times(answer, *want.times);
  if (!wrong.empty()) wrong += "got: " + answer.head + answer.body.substr(0, 2000) + "\n";
  return wrong;
}

void play(const Row& row, Mode mode, const std::string& section, unsigned messages) {
  Place place = place_of(row, mode, section, messages);
  support::HttpClient http = place.stage->server().http();
  for (const Request& request : row.before) {
    const support::Answer answer = send(http, request, place.values);
    ASSERT_TRUE(answer.status >= 200 && answer.status < 300)
        << "set-up: " << describe(request) << "\ngot: " << answer.head << answer.body;
  }
  const support::Answer answer = send(http, row.send, place.values);
  const Want& want = mode == Mode::v2 && row.v2 ? *row.v2 : row.want;
  const std::string wrong = compare(answer, want, place.values, mode);
  if (!wrong.empty()) ADD_FAILURE() << row.number << ": " << describe(row.send) << "\n" << wrong;
  if (*row.instead_of != '\0') std::printf("%s: deliberately instead of Gotify's %s\n", row.number, row.instead_of);
  for (const Step& step : row.after) {
    const support::Answer later = send(http, step.send, place.values);
    const std::string then = compare(later, step.want, place.values, mode);
    if (!then.empty()) ADD_FAILURE() << row.number << " afterwards: " << describe(step.send) << "\n" << then;
  }
}

}  // namespace push::conformance
