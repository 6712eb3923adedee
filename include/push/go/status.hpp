// The reason phrases of Go's net/http, which Gotify uses in status lines and in error bodies.
#pragma once
#include <string_view>

namespace push::go {

// http.StatusText: "" for a status unknown to Go.
std::string_view status_text(unsigned status);

}  // namespace push::go
