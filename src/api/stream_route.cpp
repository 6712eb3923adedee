#include "api/stream_route.hpp"

#include <utility>

#include "api/context.hpp"

namespace push::api {

void open_stream(Context& context) {
  const auth::Principal& principal = *context.principal;
  context.reply.upgrade(
      std::move(context.raw),
      {.user = principal.user, .client = principal.client, .epoch = context.epoch, .start = context.start});
}

}  // namespace push::api
