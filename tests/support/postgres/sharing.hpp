// How test processes share a PostgreSQL server: by these files in a folder that they agree on. A user
// holds a shared lock on `users`; the supervisor, the process that owns the server, ends when it can lock that file
// itself.
#pragma once
#include <filesystem>
#include <string>

namespace push::test {

struct Sharing {
  std::string folder;

  std::string starting() const { return folder + "/starting"; }      // locked by whoever starts or ends the server
  std::string users() const { return folder + "/users"; }            // locked by each user, shared
  std::string supervisor() const { return folder + "/supervisor"; }  // locked by the supervisor
  std::string server() const { return folder + "/server"; }          // contains the folder of the server's socket
};

// Where the programs of this build are.
inline std::string build_folder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

inline constexpr const char* kPostgresPort = "5432";  // nobody listens there: it is a part of the socket's name

}  // namespace push::test
