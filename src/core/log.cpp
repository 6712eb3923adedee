#include "push/core/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <algorithm>
#include <memory>

#include "push/core/text.hpp"

namespace push::core {
namespace {

// INF, WRN, ERR: Gotify's words, which admins feed to fail2ban (protocol 5.3).
class LevelWord final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    static constexpr std::string_view kWords[] = {"TRC", "DBG", "INF", "WRN", "ERR", "FTL", "OFF"};
    const std::string_view word = kWords[static_cast<std::size_t>(message.level)];
    out.append(word.data(), word.data() + word.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<LevelWord>(); }
};

// Length of a leading `token=`, each letter literal or as %XX; 0 = the text starts differently.
std::size_t size_of_key(std::string_view text) {
  std::size_t at = 0;
  for (const char wanted : std::string_view("token")) {
    if (at >= text.size()) return 0;
    const auto escaped = percent_escape(text.substr(at));
    if (escaped.value_or(text[at]) != wanted) return 0;
    at += escaped ? 3 : 1;
  }
  return at < text.size() && text[at] == '=' ? at + 1 : 0;
}

// Everything but printable ASCII as %XX, because a terminal interprets some bytes as commands.
void append_printable(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c > 0x20 && c < 0x7f) {
      out += c;
    } else {
      append_percent_escape(out, c);
    }
  }
}

}  // namespace

bool set_up_log(std::string_view level, bool colours) {
  spdlog::level::level_enum chosen = spdlog::level::info;
  if (level == "trace")
    chosen = spdlog::level::trace;
  else if (level == "debug")
    chosen = spdlog::level::debug;
  else if (level == "info" || level.empty())
    chosen = spdlog::level::info;
  else if (level == "warn")
    chosen = spdlog::level::warn;
  else if (level == "error")
    chosen = spdlog::level::err;
  else if (level == "fatal" || level == "panic")
    chosen = spdlog::level::critical;
  else if (level == "disabled")
    chosen = spdlog::level::off;
  else
    return false;
  auto sink = std::make_shared<spdlog::sinks::stdout_color_sink_mt>(colours ? spdlog::color_mode::automatic
                                                                            : spdlog::color_mode::never);
  auto logger = std::make_shared<spdlog::logger>("", std::move(sink));
  logger->set_level(chosen);
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<LevelWord>('*').set_pattern("%Y-%m-%dT%H:%M:%SZ %^%*%$ %v");
  logger->set_formatter(std::move(formatter));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
  return true;
}

std::string mask_token(std::string_view target) {
  std::string out;
  for (std::size_t at = 0; at < target.size();) {
    const std::size_t key = size_of_key(target.substr(at));
    append_printable(out, target.substr(at, std::max<std::size_t>(key, 1)));
    at += std::max<std::size_t>(key, 1);
    if (key == 0) continue;
    out += "[masked]";
    at = std::min(target.find('&', at), target.size());
  }
  return out;
}

}  // namespace push::core
