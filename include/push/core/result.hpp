// Expected failures: Result<T> holds a T or an Error. An Error has a code, from which exactly one place (api) chooses
// the HTTP status, and a text that says what was wrong and where.
#pragma once
#include <boost/system/result.hpp>
#include <chrono>
#include <string>
#include <utility>

namespace push::core {

enum class ErrorCode {
  invalid,       // bad input from the caller
  unauthorized,  // the caller is unknown
  forbidden,     // the caller is known but not allowed
  not_found,
  conflict,     // with stored data; Error::conflict says which
  mismatch,     // with what the same caller has sent before
  too_large,    // over a configured limit
  throttled,    // too often; Error::retry_after says when again
  unavailable,  // try again later: queue full, disk full, database locked
  internal,     // a bug, or a fault of the machine
};

// What a change conflicted with.
enum class Conflict {
  none,
  name,        // user name is taken
  token,       // taken
  sort_key,    // not unique among the user's applications
  last_admin,  // the change would leave no admin
  internal,    // the application belongs to a plugin
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string text;
  Conflict conflict = Conflict::none;  // only with ErrorCode::conflict
  std::chrono::seconds retry_after{};  // only with ErrorCode::throttled
};

// Called by boost::system::result when value() is called on an error: a programming error, so it aborts.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

template <class T>
using Result = boost::system::result<T, Error>;

inline Error failure(ErrorCode code, std::string text) {
  return Error{code, std::move(text)};
}
inline Error throttled(std::chrono::seconds retry_after, std::string text) {
  return Error{ErrorCode::throttled, std::move(text), Conflict::none, retry_after};
}
inline Error failure(Conflict conflict, std::string text) {
  return Error{ErrorCode::conflict, std::move(text), conflict};
}

}  // namespace push::core
