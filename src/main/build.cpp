#include "main/build.hpp"

namespace push {

const char* build_information() {
  return "Version: " PUSH_VERSION "\nCommit: " PUSH_COMMIT "\nBuild Date: " PUSH_BUILD_DATE "\n";
}

}  // namespace push
