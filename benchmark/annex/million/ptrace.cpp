// Loaded into user-mode-linux (LD_PRELOAD), which runs the programs of its guest by ptrace:
// - It keeps 2,696 bytes of a program's floating-point state. A processor with AMX has more, and Linux refuses to set
//   only a part. The rest is the tiles, which no program here uses: they are set to zero.
// - Its programs are processes of the host, and would go on outside the guest if it were killed. So they are made to
// end
//   with it.
#include <dlfcn.h>
#include <elf.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdint>

namespace {

constexpr int kOldSetOptions = 21;  // PTRACE_OLDSETOPTIONS, which <sys/ptrace.h> does not know

using Ptrace = long (*)(int, ...);

Ptrace real_ptrace() {
  static const auto function = reinterpret_cast<Ptrace>(::dlsym(RTLD_NEXT, "ptrace"));
  return function;
}

long set_whole_state(pid_t pid, void* kind, const iovec& part) {
  static std::array<char, 64 * 1024> state{};
  static std::size_t size = 0;
  if (size == 0) {
    iovec whole{state.data(), state.size()};
    if (const long result = real_ptrace()(PTRACE_GETREGSET, pid, kind, &whole); result < 0) return result;
    size = whole.iov_len;
    state.fill(0);
  }
  std::copy_n(static_cast<const char*>(part.iov_base), std::min(part.iov_len, size), state.data());
  iovec whole{state.data(), size};
  return real_ptrace()(PTRACE_SETREGSET, pid, kind, &whole);
}

}  // namespace

extern "C" long ptrace(__ptrace_request request, ...) noexcept {
  va_list arguments;
  va_start(arguments, request);
  const pid_t pid = va_arg(arguments, pid_t);
  void* address = va_arg(arguments, void*);
  void* data = va_arg(arguments, void*);
  va_end(arguments);
  if (request == PTRACE_SETREGSET && reinterpret_cast<std::uintptr_t>(address) == NT_X86_XSTATE) {
    return set_whole_state(pid, address, *static_cast<const iovec*>(data));
  }
  if (request == PTRACE_SETOPTIONS || static_cast<int>(request) == kOldSetOptions) {
    data = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(data) | PTRACE_O_EXITKILL);
  }
  return real_ptrace()(request, pid, address, data);
}
