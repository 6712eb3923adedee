#include "net/connection.hpp"

namespace push::net {

const char* name(CloseReason reason) {
  switch (reason) {
    case CloseReason::client_close:
      return "client_close";
    case CloseReason::peer_gone:
      return "peer_gone";
    case CloseReason::missing_pong:
      return "missing_pong";
    case CloseReason::slow_consumer:
      return "slow_consumer";
    case CloseReason::write_error:
      return "write_error";
    case CloseReason::protocol_error:
      return "protocol_error";
    case CloseReason::too_big:
      return "too_big";
    case CloseReason::revoked:
      return "revoked";
    case CloseReason::shutdown:
      return "shutdown";
    case CloseReason::resume_failed:
      return "resume_failed";
    case CloseReason::answered:
      return "answered";
  }
  return "unknown";
}

}  // namespace push::net
