// As pch_room.hpp, with the parts of Asio and Beast that `net` reads requests with.
#pragma once
#include "pch_room.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/parser.hpp>
