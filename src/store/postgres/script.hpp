// Statements that are sent as one text and run as one transaction, in one round trip: the write lock is taken only when
// all of it has arrived, so a writer that freezes never holds it. Each statement sees what those before it have done.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/postgres/connection.hpp"
#include "store/postgres/value.hpp"

namespace push::store::postgres {

// What a statement has answered, once the transaction is committed. Empty if the connection was lost after the commit:
// it is known that the transaction is stored, but not what its statements answered.
using Answer = std::shared_ptr<std::optional<Rows>>;

class Script {
 public:
  // $1, $2, ... in `sql` stand for the arguments.
  template <class... Args>
  Answer add(std::string_view sql, const Args&... args) {
    const std::vector<std::string> literals{literal(args)...};
    return append(sql, literals);
  }

  bool empty() const { return answers_.empty(); }
  std::size_t size() const { return answers_.size(); }
  const std::string& text() const { return text_; }
  // Leaves the first `size` statements.
  void cut(std::size_t size);
  void clear() { cut(0); }
  // `rows`: of these statements, in order.
  void answer(std::vector<Rows> rows);

 private:
  template <class T>
  static std::string literal(const T& value) {
    std::string text;
    append_literal(text, value);
    return text;
  }
  Answer append(std::string_view sql, const std::vector<std::string>& literals);

  std::string text_;
  std::vector<std::size_t> begins_;  // of the statements in the text
  std::vector<Answer> answers_;
};

}  // namespace push::store::postgres
