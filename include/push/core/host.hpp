// The machine that this runs on. Any thread.
#pragma once
#include <string>

namespace push::core {

// Its name; "" if it has none. In a container it is the container's.
std::string host_name();

}  // namespace push::core
