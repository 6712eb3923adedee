// libspdlog is not built for the thread sanitizer, which would take its registry, made with the first line of a log,
// for a race when two threads write their first at once. So it is made before there are threads; the program does it in
// main.
#include <spdlog/spdlog.h>

namespace {
[[maybe_unused]] const auto made = spdlog::default_logger();
}
