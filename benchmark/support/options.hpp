// The command line of push_bench.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace push::bench {

struct Options {
  std::string scenario;
  std::string json;     // empty: build/bench/<scenario>.json beside the build directory of this program
  std::string program;  // the server; default: sharded-gotify beside this program
  std::string dir;      // data of the servers under measurement
  std::string cases;    // empty = all of the scenario
  std::string stages = "fresh,broadcast,churn,ping";
  std::string posters = "1,16,64";
  std::string peers;                                                   // what benchmark/peers/install has installed
  std::string systems = "ours,bun,nchan,gorilla,gorilla-fork,gotify";  // of peers
  unsigned threads = 0;                                                // of the server; 0 = the scenario's own choice
  unsigned connections = 0;                                            // 0 = the scenario's own choice
  unsigned churn = 100'000;
  unsigned rounds = 0;
  unsigned messages = 20;       // a round of fanout
  unsigned seconds = 0;         // a round of post, the run of latency
  unsigned nap_us = 500;        // of the subscribers of fanout
  unsigned size = 100;          // bytes of a message text
  unsigned rate = 200;          // POSTs a second in latency
  unsigned stored = 1'000'000;  // messages of each big application in pages
  unsigned behind = 0;          // subscribers of another user who is busy during latency
  unsigned users = 0;           // of million; 0 = a user for each connection
  unsigned descriptors = 20'000;
  unsigned limit_seconds = 1800;
};

// Fails with a usage line on what it does not know.
Options parse_options(int count, char** words);

std::string usage();

// "1,16,64" -> 1 16 64
std::vector<unsigned> numbers(const std::string& list);
bool contains_word(const std::string& list, const std::string& word);
// Whether --cases names it or names none.
bool wants_case(const Options& options, const std::string& name);

}  // namespace push::bench
