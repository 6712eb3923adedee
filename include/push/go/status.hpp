// The reason phrases of Go's net/http, which Gotify uses in status lines and in error bodies.
#pragma once
#include <string_view>

namespace push::go {

// http.StatusText: "" for a status that Go does not know.
std::string_view status_text(unsigned status);

}  // namespace push::go
