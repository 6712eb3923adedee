#include "store/postgres/script.hpp"

#include <utility>

#include "push/core/check.hpp"

namespace push::store::postgres {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

// Each literal is appended once and never read again: what looks like a parameter inside a value stays as it is.
Answer Script::append(std::string_view sql, const std::vector<std::string>& literals) {
  begins_.push_back(text_.size());
  for (std::size_t at = 0; at < sql.size();) {
    if (sql[at] != '$' || at + 1 == sql.size() || !is_digit(sql[at + 1])) {
      text_ += sql[at++];
      continue;
    }
    std::size_t number = 0;
    for (++at; at < sql.size() && is_digit(sql[at]); ++at)
      number = number * 10 + static_cast<std::size_t>(sql[at] - '0');
    PUSH_CHECK(number >= 1 && number <= literals.size());
    text_ += literals[number - 1];
  }
  text_ += ";\n";
  answers_.push_back(std::make_shared<std::optional<Rows>>());
  return answers_.back();
}

void Script::cut(std::size_t size) {
  if (size >= answers_.size()) return;
  text_.resize(begins_[size]);
  begins_.resize(size);
  answers_.resize(size);
}

void Script::answer(std::vector<Rows> rows) {
  PUSH_CHECK(rows.size() == answers_.size());
  for (std::size_t i = 0; i < rows.size(); ++i) answers_[i]->emplace(std::move(rows[i]));
}

}  // namespace push::store::postgres
