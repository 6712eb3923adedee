// What an expected failure looks like: Result<T> holds a T or an Error. Errors carry a code, from which exactly one
// place (api) chooses the HTTP status, and a text that names what was wrong and where.
#pragma once
#include <boost/system/result.hpp>
#include <string>
#include <utility>

namespace push::core {

enum class ErrorCode {
  invalid,       // the caller sent something wrong
  unauthorized,  // nobody was recognised
  forbidden,     // somebody was recognised, but may not
  not_found,
  conflict,     // with what is stored; Error::conflict says in what
  too_large,    // over a configured limit
  unavailable,  // try again later: queue full, disk full, database locked
  internal,     // a defect of ours or of the machine
};

// What a change collided with.
enum class Conflict {
  none,
  name,        // of a user: taken
  token,       // taken
  sort_key,    // of an application: not unique among its user's
  last_admin,  // would be gone
  internal,    // the application is a plugin's own
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string text;
  Conflict conflict = Conflict::none;  // of code conflict only
};

// Called by boost::system::result when value() is asked of an error: a programmer's mistake, so it ends the program.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

template <class T>
using Result = boost::system::result<T, Error>;

inline Error failure(ErrorCode code, std::string text) {
  return Error{code, std::move(text)};
}
inline Error failure(Conflict conflict, std::string text) {
  return Error{ErrorCode::conflict, std::move(text), conflict};
}

}  // namespace push::core
