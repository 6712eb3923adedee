#include "store/sqlite/check.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "push/core/clock.hpp"
#include "push/core/log.hpp"
#include "push/core/thread.hpp"
#include "store/sqlite/rows.hpp"

namespace push::store::sqlite {
namespace {

core::Error malformed(const std::string& finding) {
  return core::failure(core::ErrorCode::unavailable, "database disk image is malformed: " + finding +
                                                         ": restore a backup, or save what can be read with sqlite3's "
                                                         ".recover");
}

constexpr core::SteadyTime::duration kAlarmPoll = std::chrono::milliseconds(20);
constexpr std::size_t kMaxQuoted = 200;  // bytes of a finding

// Interrupts the database's statement when time is up, or nobody wants the answer any more. (A progress handler is not
// called within a quick_check.)
class Alarm {
 public:
  Alarm(Database& database, std::chrono::milliseconds limit, const std::atomic<bool>* unwanted)
      : thread_("check-alarm", [this, &database, limit, unwanted](const std::stop_token& stop) {
          const core::SteadyTime end = core::steady_now() + limit;
          for (;;) {
            const core::SteadyTime::duration left = end - core::steady_now();
            const bool late = left <= core::SteadyTime::duration::zero();
            if (late || (unwanted != nullptr && *unwanted)) {
              rung_ = true;
              sqlite3_interrupt(database.handle());  // again and again: it does not concern what begins afterwards
            }
            if (!core::sleep_for(stop, late ? kAlarmPoll : std::min(kAlarmPoll, left))) return;
          }
        }) {}

  // Afterwards it will not ring any more.
  bool has_rung() {
    thread_.stop();
    return rung_;
  }

 private:
  std::atomic<bool> rung_{false};
  core::Thread thread_;
};

// A finding has several lines; those about the file's structure come after a heading.
bool is_malformed(std::string_view finding) {
  if (!finding.starts_with("*** in database ")) return false;
  for (std::size_t at = finding.find('\n'); at != std::string_view::npos;) {
    const std::size_t end = finding.find('\n', at + 1);
    const std::string_view line = finding.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
    if (!line.empty() && !line.ends_with(" is never used")) return true;
    at = end;
  }
  return false;
}

std::string quoted(std::string finding) {
  if (finding.size() > kMaxQuoted) finding = finding.substr(0, kMaxQuoted) + "...";
  for (char& c : finding) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return finding;
}

}  // namespace

core::Result<Soundness> quick_check(Database& database, std::chrono::milliseconds limit,
                                    const std::atomic<bool>* unwanted) {
  if (limit.count() == 0) return Soundness::unknown;
  Alarm alarm(database, limit, unwanted);
  const auto found = all(database, read_text<Query>, "PRAGMA quick_check(10)");
  const bool late = alarm.has_rung();
  const int code = database.take_failure();
  if (!found && late && (code & 0xFF) == SQLITE_INTERRUPT) return Soundness::unknown;
  if (!found && (code & 0xFF) == SQLITE_CORRUPT) return malformed("it cannot be checked");
  if (!found) return found.error();
  for (const std::string& finding : *found) {
    if (is_malformed(finding)) return malformed(quoted(finding));
    if (finding != "ok") spdlog::warn("database has a harmless fault finding=\"{}\"", quoted(finding));
  }
  return late ? Soundness::unknown : Soundness::sound;
}

}  // namespace push::store::sqlite
