// What the seeded database holds for user number n.
#pragma once
#include <string>

namespace push::bench {

std::string client_token(unsigned user);
std::string application_token(unsigned user);

}  // namespace push::bench
