// Reader of multipart/form-data bodies (RFC 7578, RFC 2046), as strict and as lax as Go's mime/multipart.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "push/core/result.hpp"

namespace push::binder {

// What separates the parts, never empty. Error (invalid): not the Content-Type of a form in parts, in Go's words.
core::Result<std::string> multipart_boundary(std::string_view content_type);

class MultipartReader {
 public:
  struct Part {
    std::string name;  // empty: not a form field
    std::string file_name;
    std::string_view content;  // in the body, as it came
    bool quoted_printable = false;

    // Without the transfer encoding. Error (invalid): in Go's words.
    core::Result<std::string> decoded() const;
  };

  // `boundary` not empty. The body must outlive the reader and its parts.
  MultipartReader(std::string_view body, std::string_view boundary);

  // true: `part` is the next one. false: there are no more. Error (invalid): the body is broken, in Go's words.
  core::Result<bool> next(Part& part);

 private:
  struct Line {
    std::string_view text;  // with its line end
    bool ended;
  };
  Line read_line();
  bool is_delimiter(std::string_view line);
  bool is_final(std::string_view line) const;
  core::Result<bool> read_part(Part& part);
  struct Headers {
    std::string disposition;
    std::string encoding;
  };
  core::Result<bool> read_headers(Headers& headers);
  std::string read_header();
  bool read_content(std::string_view& content);

  std::string_view body_;
  std::size_t at_ = 0;
  std::string delimiter_;  // "--" and the boundary
  std::string_view line_end_ = "\r\n";
  std::size_t parts_ = 0;
};

}  // namespace push::binder
