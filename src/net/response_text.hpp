// The bytes of an HTTP/1.1 response head.
#pragma once
#include <string>

#include "push/net/http.hpp"

namespace push::net {

void append_field(std::string& out, std::string_view name, std::string_view value);
// Status line, Date, Content-Type, Content-Length, the handler's headers, Connection: close if asked, empty line.
// An HTTP/1.0 client that keeps the connection alive gets Connection: keep-alive. 204, 304 and 1xx carry no
// Content-Length.
struct HeadOptions {
  bool close = false;
  bool http_1_0 = false;
  bool endless = false;  // no Content-Length: the body ends with the connection
};
void append_head(std::string& out, const Response& response, HeadOptions options);

}  // namespace push::net
