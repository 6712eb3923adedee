// Names and tokens of user number n in the seeded database.
#pragma once
#include <string>

namespace push::bench {

std::string client_token(unsigned user);
std::string application_token(unsigned user);

}  // namespace push::bench
