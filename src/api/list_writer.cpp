#include "api/list_writer.hpp"

#include "api/respond.hpp"

namespace push::api {

net::Response ListWriter::finish() {
  if (!fits_) return error(too_many_answers());
  text_ += ']';
  net::Response response;
  response.body = core::Slice::take(std::move(text_));
  return response;
}

}  // namespace push::api
