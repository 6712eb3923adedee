#include "support/transcript.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <string>

#include "support/socket.hpp"

namespace push::support {
namespace {

constexpr std::size_t kMostOfAPiece = std::size_t{64} << 10;
constexpr std::size_t kMost = std::size_t{64} << 20;

// Null: nothing is kept. A plain pointer, because servers of static duration end after strings do.
const char* transcripts() {
  static const char* const folder = std::getenv("PUSH_TRANSCRIPTS");
  return folder;
}

// One write per piece, so that pieces of several threads do not mix.
void append(const char* end, std::string_view bytes) {
  const std::string path = std::string(transcripts()) + "/" + std::to_string(::getpid()) + end;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool kept = file >= 0 && ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  if (file >= 0) ::close(file);
  if (!kept) throw Failure("cannot write " + path);
}

void append_piece(const char* end, std::string_view bytes) {
  static std::atomic<std::size_t> written{0};
  const std::string_view piece = bytes.substr(0, kMostOfAPiece);
  if (keeps_transcripts() && written.fetch_add(piece.size()) < kMost) append(end, piece);
}

}  // namespace

bool keeps_transcripts() {
  return transcripts() != nullptr;
}

void keep_sent(std::string_view bytes) {
  append_piece(".sent", bytes);
}

void keep_received(std::string_view bytes) {
  append_piece(".received", bytes);
}

void keep_log(std::string_view text) {
  if (keeps_transcripts()) append(".log", text);
}

}  // namespace push::support
