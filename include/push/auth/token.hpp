// Tokens as Gotify 2.x mints them: a prefix letter and 14 of [a-zA-Z0-9._-] from the system's random source
// (gotify-spec 2.5). 65^14 = 2^84 possibilities.
#pragma once
#include <string>

namespace push::auth {

std::string mint_application_token();  // A..............
std::string mint_client_token();       // C..............

}  // namespace push::auth
