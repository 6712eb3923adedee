// A gotify.db as Gotify 3.0 left it: all of its tables, both kinds of token, a user of an identity provider, a plugin's
// settings, and what only an older release could leave behind.
#pragma once
#include <string>

#include "support/gotify.hpp"

namespace push::support {

struct V3Contents {
  Account alice{"alice", "altes Passwort"};  // an administrator
  Account bob{"bob", "bob2"};
  // Tokens as their holders have them; the database holds the public keys of the first two (protocol 2.5).
  Created backup{1, "gtfya.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"};
  Created phone{1, "gtfyc.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"};
  Created bobs{3, "ABobBobBobBob.1"};
  Created bobs_phone{3, "CBobsPhone.---1"};
  std::uint64_t plugins_application = 2;
  std::string image = "aBcDeFgHiJkLmNoPqRsTuVwXy.png";  // of `backup`
};
V3Contents create_v3_database(const std::string& path);

}  // namespace push::support
