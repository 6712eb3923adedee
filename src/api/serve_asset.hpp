// The files inside the program over HTTP (protocol 12.8): in the form that the client accepts, with how long it may
// keep them.
#pragma once
#include <span>
#include <string_view>

#include "api/incoming.hpp"
#include "push/files/asset.hpp"
#include "push/net/http.hpp"

namespace push::api {

// Of a file x, x.br and x.gz are the same bytes compressed: sent in its place, never under their own names. 404 if
// there is none.
net::Response serve_asset(const Incoming& request, std::string_view path, std::span<const files::Asset> assets);

}  // namespace push::api
