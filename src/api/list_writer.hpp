// A JSON array, written while its rows are read, so that a long list is never in memory twice. What it takes is counted
// as it grows.
#pragma once
#include <string>
#include <utility>

#include "api/context.hpp"

namespace push::api {

class ListWriter {
 public:
  explicit ListWriter(Context& context) : context_(context) {}

  // `append` prints one row. False: the list would exceed config responsebudget; there will be none.
  template <class Append>
  bool add(Append append) {
    if (text_.size() > 1) text_ += ',';
    append(text_);
    fits_ = context_.reserve(text_.capacity());
    return fits_;
  }
  // 200 with the array, or 503.
  net::Response finish();

 private:
  Context& context_;
  std::string text_ = "[";
  bool fits_ = true;
};

}  // namespace push::api
