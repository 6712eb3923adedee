// UTF-8 as RFC 3629 allows it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once
#include <string_view>

namespace push::websocket {

bool valid_utf8(std::string_view text);

}  // namespace push::websocket
