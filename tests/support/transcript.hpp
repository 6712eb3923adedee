// What the sockets of this process sent and received, and what its programs wrote, in files of the folder that the
// variable PUSH_TRANSCRIPTS names, for tests/reliability/x11_secrets. Without it nothing is kept. Any thread.
#pragma once
#include <string>
#include <string_view>

namespace push::support {

bool keeps_transcripts();

// Of each piece at most its first 64 KiB, and 64 MiB in all.
void keep_sent(std::string_view bytes);
void keep_received(std::string_view bytes);
void keep_log(std::string_view text);

}  // namespace push::support
