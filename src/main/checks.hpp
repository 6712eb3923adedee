// Checks before anything is opened, besides those that parsing the settings makes. They change nothing.
#pragma once
#include "push/config/config.hpp"

namespace push {

// `uidir`, if it is set, has an index.html: an operator should learn that at start, not from the first browser.
core::Result<void> check_web_interface(const config::Config& config);

}  // namespace push
