// A small file system in memory for PostgreSQL's files. Only root may mount one.
#pragma once
#include <pwd.h>
#include <sys/mount.h>

#include <string>

#include "support/process.hpp"

namespace push::test {

class SmallDisk {
 public:
  SmallDisk() {
    const passwd* const owner = ::getpwnam("postgres");
    if (owner == nullptr) return;
    options_ = "mode=700,uid=" + std::to_string(owner->pw_uid) + ",gid=" + std::to_string(owner->pw_gid);
    mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, (options_ + ",size=2m").c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }
  const std::string& path() const { return folder_.path(); }
  bool grow() { return ::mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT, (options_ + ",size=32m").c_str()) == 0; }

 private:
  support::TemporaryDirectory folder_{"/tmp"};
  std::string options_;
  bool mounted_ = false;
};

}  // namespace push::test
