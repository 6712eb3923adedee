// LD_PRELOAD: the disk calls on one folder fail, kill the process, or are slow, as a control file in shared memory says
// (disk.py). With a shadow folder, what would survive a power cut is kept there: each file as its last sync left it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { READ = 1, WRITE = 2, SYNC = 4, TRUNCATE = 8, OPEN = 16, NAME = 32 };

// disk.py has the same fields in the same order.
struct Control {
  atomic_int operations;  // which calls count; 0 = none
  atomic_int first, last; // of the calls since it was armed, those that fail; last 0 = all from the first
  atomic_int error;       // their errno
  atomic_int half;        // a failing write stores half of its bytes first
  atomic_int kill;        // instead of failing, the process ends as by kill -9
  atomic_int calls;       // so far
  atomic_int failed;      // so far
  atomic_int sync_delay;  // microseconds that each sync takes longer
};

static struct Control* control;
static char folder[PATH_MAX], shadow[PATH_MAX];
static pthread_mutex_t shadow_mutex = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void set_up(void) {
  const char* file = getenv("DISK_CONTROL");
  const char* of = getenv("DISK_FOLDER");
  const char* at = getenv("DISK_SHADOW");
  if (file == NULL || of == NULL) return;
  snprintf(folder, sizeof folder, "%s/", of);
  if (at != NULL) snprintf(shadow, sizeof shadow, "%s", at);
  const int descriptor = (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR);
  void* memory = mmap(NULL, sizeof(struct Control), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) abort();
  syscall(SYS_close, descriptor);
  control = memory;
}

// The name of a file of the folder, relative to it; NULL if it is another one. The log is no part of the disk.
static const char* relative(const char* path) {
  const size_t size = strlen(folder);
  if (control == NULL || path == NULL || strncmp(path, folder, size) != 0) return NULL;
  return strcmp(path + size, "server.log") == 0 ? NULL : path + size;
}

static const char* name_of(int descriptor, char* space) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t size = readlink(link, space, PATH_MAX - 2);
  if (size < 0) return NULL;
  space[size] = '\0';
  if (strlen(folder) == (size_t)size + 1 && strncmp(folder, space, (size_t)size) == 0) strcpy(space + size, "/");
  return relative(space);
}

// Whether this call fails. A half write that kills is made first, by put().
static int fails(int operation, const char* name) {
  if (name == NULL || (atomic_load(&control->operations) & operation) == 0) return 0;
  const int call = atomic_fetch_add(&control->calls, 1) + 1;
  const int last = atomic_load(&control->last);
  if (call < atomic_load(&control->first) || (last != 0 && call > last)) return 0;
  atomic_fetch_add(&control->failed, 1);
  if (atomic_load(&control->kill) && !(operation == WRITE && atomic_load(&control->half))) kill(getpid(), SIGKILL);
  errno = atomic_load(&control->error);
  return 1;
}

static int fails_on(int operation, int descriptor) {
  char space[PATH_MAX];
  if (control == NULL || (atomic_load(&control->operations) & operation) == 0) return 0;
  return fails(operation, name_of(descriptor, space));
}

static void in_shadow(char* path, const char* name, const char* end) {
  const int size = snprintf(path, PATH_MAX, "%s/%s%s", shadow, name, end);
  for (char* at = path + strlen(shadow) + 1; at < path + size; ++at)
    if (*at == '/') *at = '!';
}

// ---- renames and removals that no sync of their folder covers yet

enum { PENDING = 4096 };
static struct {
  char from[256], to[256];  // to: empty = removed
} pending[PENDING];
static int pending_count;

static void remember(const char* from, const char* to) {
  if (from == NULL || shadow[0] == '\0') return;
  pthread_mutex_lock(&shadow_mutex);
  if (pending_count == PENDING) abort();
  snprintf(pending[pending_count].from, sizeof pending[0].from, "%s", from);
  snprintf(pending[pending_count].to, sizeof pending[0].to, "%s", to == NULL ? "" : to);
  ++pending_count;
  pthread_mutex_unlock(&shadow_mutex);
}

static int is_in(const char* directory, const char* name) {
  const size_t size = strlen(directory);
  if (size > 0 && (strncmp(name, directory, size) != 0 || name[size] != '/')) return 0;
  return strchr(name + size + (size > 0), '/') == NULL;
}

static void keep_names(const char* directory) {
  char from[PATH_MAX], to[PATH_MAX];
  int kept = 0;
  for (int i = 0; i < pending_count; ++i) {
    if (!is_in(directory, pending[i].from)) {
      pending[kept++] = pending[i];
      continue;
    }
    in_shadow(from, pending[i].from, "");
    in_shadow(to, pending[i].to, "");
    if (pending[i].to[0] != '\0')
      syscall(SYS_rename, from, to);
    else
      syscall(SYS_unlink, from);
  }
  pending_count = kept;
}

// A file of that name exists again, or still.
static void forget(const char* name) {
  int kept = 0;
  for (int i = 0; i < pending_count; ++i)
    if (strcmp(pending[i].from, name) != 0) pending[kept++] = pending[i];
  pending_count = kept;
}

static void keep_bytes(int descriptor, const char* name) {
  static char block[1 << 16];
  char link[64], path[PATH_MAX], part[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  in_shadow(path, name, "");
  in_shadow(part, name, ".part");
  const int from = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC);
  const int to = (int)syscall(SYS_openat, AT_FDCWD, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (from < 0 || to < 0) abort();
  for (long size = 1; size > 0;) {
    size = syscall(SYS_read, from, block, sizeof block);
    if (size < 0 || (size > 0 && syscall(SYS_write, to, block, size) != size)) abort();
  }
  syscall(SYS_close, from);
  syscall(SYS_close, to);
  syscall(SYS_rename, part, path);
  forget(name);
}

static void keep(int descriptor) {
  char space[PATH_MAX];
  const char* name = shadow[0] == '\0' ? NULL : name_of(descriptor, space);
  struct stat status;
  if (name == NULL || fstat(descriptor, &status) != 0) return;
  pthread_mutex_lock(&shadow_mutex);
  if (S_ISDIR(status.st_mode))
    keep_names(name);
  else
    keep_bytes(descriptor, name);
  pthread_mutex_unlock(&shadow_mutex);
}

// ---- the calls

static ssize_t put(int descriptor, const void* bytes, size_t size, off_t offset, int has_offset) {
  const int failure = fails_on(WRITE, descriptor);
  if (failure && atomic_load(&control->half)) size /= 2;
  if (failure && !atomic_load(&control->half)) return -1;
  const ssize_t done = has_offset ? syscall(SYS_pwrite64, descriptor, bytes, size, offset) : syscall(SYS_write, descriptor, bytes, size);
  if (!failure) return done;
  if (atomic_load(&control->kill)) kill(getpid(), SIGKILL);
  errno = atomic_load(&control->error);
  return -1;
}

static ssize_t get(int descriptor, void* bytes, size_t size, off_t offset) {
  return fails_on(READ, descriptor) ? -1 : syscall(SYS_pread64, descriptor, bytes, size, offset);
}

static int synchronise(int call, int descriptor) {
  char space[PATH_MAX];
  if (control != NULL && atomic_load(&control->sync_delay) > 0 && name_of(descriptor, space) != NULL)
    usleep((unsigned)atomic_load(&control->sync_delay));
  if (fails_on(SYNC, descriptor)) return -1;
  const int result = (int)syscall(call, descriptor);
  if (result == 0) keep(descriptor);
  return result;
}

static int cut(int descriptor, off_t size) {
  return fails_on(TRUNCATE, descriptor) ? -1 : (int)syscall(SYS_ftruncate, descriptor, size);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t offset) { return put(descriptor, bytes, size, offset, 1); }
ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) { return put(descriptor, bytes, size, offset, 1); }
ssize_t write(int descriptor, const void* bytes, size_t size) { return put(descriptor, bytes, size, 0, 0); }
ssize_t pread64(int descriptor, void* bytes, size_t size, off64_t offset) { return get(descriptor, bytes, size, offset); }
ssize_t pread(int descriptor, void* bytes, size_t size, off_t offset) { return get(descriptor, bytes, size, offset); }
int fsync(int descriptor) { return synchronise(SYS_fsync, descriptor); }
int fdatasync(int descriptor) { return synchronise(SYS_fdatasync, descriptor); }
int ftruncate64(int descriptor, off64_t size) { return cut(descriptor, size); }
int ftruncate(int descriptor, off_t size) { return cut(descriptor, size); }

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const unsigned mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, unsigned) : 0;
  va_end(arguments);
  return fails(OPEN, relative(path)) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}
int open(const char* path, int flags, ...) __attribute__((alias("open64")));

int unlink(const char* path) {
  if (fails(NAME, relative(path))) return -1;
  const int result = (int)syscall(SYS_unlink, path);
  if (result == 0) remember(relative(path), NULL);
  return result;
}

int rename(const char* from, const char* to) {
  if (fails(NAME, relative(from))) return -1;
  const int result = (int)syscall(SYS_rename, from, to);
  if (result == 0) remember(relative(from), relative(to));
  return result;
}
