// Preloaded into the server by `push_bench guard`: counts every heap allocation of the process, `operator new`
// included, in a file that the benchmark reads while the server runs. The memory itself comes from glibc as usual.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {

using Counter = std::atomic<std::uint64_t>;
static_assert(Counter::is_always_lock_free);

Counter early{0};  // allocations before the file is mapped
Counter* counter = &early;

void count() {
  counter->fetch_add(1, std::memory_order_relaxed);
}

__attribute__((constructor)) void map_file() {
  const char* path = std::getenv("PUSH_ALLOCATIONS_FILE");
  const int file = path != nullptr ? ::open(path, O_RDWR | O_CLOEXEC) : -1;
  void* shared = file >= 0 ? ::mmap(nullptr, sizeof(Counter), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
  if (shared == MAP_FAILED) {
    std::perror("count_allocations: PUSH_ALLOCATIONS_FILE");
    ::_exit(1);
  }
  ::close(file);
  counter = static_cast<Counter*>(shared);
  counter->fetch_add(early.load());
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  count();
  return __libc_malloc(size);
}

void* calloc(std::size_t number, std::size_t size) {
  count();
  return __libc_calloc(number, size);
}

void* realloc(void* old, std::size_t size) {
  count();
  return __libc_realloc(old, size);
}

void* memalign(std::size_t alignment, std::size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return memalign(alignment, size);
}

int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
  void* memory = memalign(alignment, size);
  if (memory == nullptr) return ENOMEM;
  *result = memory;
  return 0;
}
}
