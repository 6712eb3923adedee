#include "push/core/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <memory>

namespace push::core {
namespace {

// INF, WRN, ERR: Gotify's words, which admins feed to fail2ban (gotify-spec 5.3).
class LevelWord final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    static constexpr std::string_view kWords[] = {"TRC", "DBG", "INF", "WRN", "ERR", "FTL", "OFF"};
    const std::string_view word = kWords[static_cast<std::size_t>(message.level)];
    out.append(word.data(), word.data() + word.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<LevelWord>(); }
};

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
  constexpr std::string_view kKey = "token=";
  std::string out;
  std::size_t at = 0;
  for (std::size_t hit = target.find(kKey); hit != std::string_view::npos; hit = target.find(kKey, at)) {
    out.append(target.substr(at, hit + kKey.size() - at));
    out += "[masked]";
    at = target.find('&', hit);
    if (at == std::string_view::npos) return out;
  }
  out.append(target.substr(at));
  return out;
}

}  // namespace push::core
