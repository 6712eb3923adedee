// Preloaded into the server by `push_bench guard`: counts every heap allocation of the process, `operator new`
// included, and the bytes that are allocated outside of SQLite, whose caches are still growing after a hundred thousand
// requests, in a file that the benchmark reads while the server runs. The memory itself comes from glibc as usual.
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
}

namespace {

using Counter = std::atomic<std::uint64_t>;
static_assert(Counter::is_always_lock_free);

struct Counters {
  Counter allocations{0};
  Counter bytes{0};  // allocated and not freed, but SQLite's
};

Counters early;  // before the file is mapped
Counters* counters = &early;

std::uintptr_t sqlite_begin = 0;
std::uintptr_t sqlite_end = 0;

int find_sqlite(dl_phdr_info* object, std::size_t, void*) {
  if (std::strstr(object->dlpi_name, "libsqlite3") == nullptr) return 0;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = object->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0) continue;
    sqlite_begin = object->dlpi_addr + part.p_vaddr;
    sqlite_end = sqlite_begin + part.p_memsz;
  }
  return 1;
}

bool is_sqlite(const void* caller) {
  const auto address = reinterpret_cast<std::uintptr_t>(caller);
  return address >= sqlite_begin && address < sqlite_end;
}

void* counted(void* memory, const void* caller) {
  counters->allocations.fetch_add(1, std::memory_order_relaxed);
  if (!is_sqlite(caller)) counters->bytes.fetch_add(::malloc_usable_size(memory), std::memory_order_relaxed);
  return memory;
}
void discount(void* memory, const void* caller) {
  if (!is_sqlite(caller)) counters->bytes.fetch_sub(::malloc_usable_size(memory), std::memory_order_relaxed);
}

__attribute__((constructor)) void map_file() {
  const char* path = std::getenv("PUSH_ALLOCATIONS_FILE");
  const int file = path != nullptr ? ::open(path, O_RDWR | O_CLOEXEC) : -1;
  void* shared =
      file >= 0 ? ::mmap(nullptr, sizeof(Counters), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
  if (shared == MAP_FAILED) {
    std::perror("count_allocations: PUSH_ALLOCATIONS_FILE");
    ::_exit(1);
  }
  ::close(file);
  ::dl_iterate_phdr(find_sqlite, nullptr);
  counters = static_cast<Counters*>(shared);
  counters->allocations.fetch_add(early.allocations.load());
  counters->bytes.fetch_add(early.bytes.load());
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  return counted(__libc_malloc(size), __builtin_return_address(0));
}

void* calloc(std::size_t number, std::size_t size) {
  return counted(__libc_calloc(number, size), __builtin_return_address(0));
}

void* realloc(void* old, std::size_t size) {
  discount(old, __builtin_return_address(0));
  return counted(__libc_realloc(old, size), __builtin_return_address(0));
}

void* memalign(std::size_t alignment, std::size_t size) {
  return counted(__libc_memalign(alignment, size), __builtin_return_address(0));
}

void free(void* memory) {
  discount(memory, __builtin_return_address(0));
  __libc_free(memory);
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
