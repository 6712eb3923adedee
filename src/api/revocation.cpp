#include "api/revocation.hpp"

namespace push::api {

void revoke(auth::Authenticator& authenticator, delivery::Publisher& publisher, core::UserId user,
            core::ClientId client) {
  authenticator.forget(user);
  publisher.disconnect({user, client});
}

}  // namespace push::api
