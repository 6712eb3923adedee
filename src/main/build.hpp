// Which build this is.
#pragma once

namespace push {

// Three lines, as Gotify's (protocol 5.2). "unknown" for what the build was not told.
const char* build_information();

}  // namespace push
