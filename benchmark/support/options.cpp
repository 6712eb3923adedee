#include "support/options.hpp"

#include <charconv>
#include <filesystem>
#include <map>
#include <sstream>

#include "support/check.hpp"

namespace push::bench {
namespace {

unsigned number(const std::string& text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) fail("not a number: " + text);
  return value;
}

}  // namespace

std::string usage() {
  return "push_bench idle|fanout|post|latency|pages|scale|connects|pending|peers|million|guard|all [options]\n"
         "  --json FILE         where the figures go as JSON (default build/bench/<scenario>.json)\n"
         "  --program FILE      the server (default: sharded-gotify beside push_bench)\n"
         "  --dir DIR           data of the servers, on a real disk (default build/bench/data)\n"
         "  --threads N         loops of the server (default: 1 and then 2 in fanout, 1 in connects, pending,\n"
         "                      otherwise one a core)\n"
         "  --connections N     subscribers (default: idle, connects 19000, fanout 10000, pending 5000,\n"
         "                      million 1000000); scale: the most (19000; users 10000)\n"
         "  --cases LIST        idle, connects: s1,s2 (one user, a user a connection); idle: http (keep-alive "
         "sessions)\n"
         "                      scale: connections,users,stored,shards\n"
         "                      guard: memory,allocations,system_calls,instructions\n"
         "  --stages LIST       idle: fresh,broadcast,churn,ping\n"
         "  --churn N           idle: connects and drops of the churn stage (100000)\n"
         "  --rounds N          fanout 10, post 5, scale 5, connects 5, pending 5\n"
         "  --messages N        fanout: messages a round (20)\n"
         "  --posters 1,16,64   post: connections\n"
         "  --seconds N         post: a round (3); latency: the run (20)\n"
         "  --rate N            latency: POSTs a second (200)\n"
         "  --behind N          latency: while another user's messages go out to N subscribers, two a second (0)\n"
         "  --peers DIR         peers: where benchmark/peers/install put them (default build/bench/peers)\n"
         "  --systems LIST      peers: ours,bun,nchan,gorilla,gorilla-fork,gotify\n"
         "  --stored N          pages: messages of each of the two big applications; scale: the most (1000000)\n"
         "  --users N           million: users, each with the same number of connections (default: one a connection)\n"
         "  --descriptors N     million: limit of each process, for a guest of its own only (20000)\n"
         "  --nap-us N          fanout: subscribers look every N us; 0 = each send() may wake them (500)\n"
         "  --size N            bytes of a message text (100)\n"
         "  --limit-seconds N   end everything after this time (1800)\n";
}

Options parse_options(int count, char** words) {
  Options options;
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  options.program = here / "sharded-gotify";
  options.dir = here.parent_path() / "bench" / "data";
  options.peers = here.parent_path() / "bench" / "peers";
  const std::map<std::string, std::string*> texts{{"--json", &options.json},     {"--program", &options.program},
                                                  {"--dir", &options.dir},       {"--cases", &options.cases},
                                                  {"--stages", &options.stages}, {"--posters", &options.posters},
                                                  {"--peers", &options.peers},   {"--systems", &options.systems}};
  const std::map<std::string, unsigned*> counts{{"--threads", &options.threads},
                                                {"--connections", &options.connections},
                                                {"--churn", &options.churn},
                                                {"--rounds", &options.rounds},
                                                {"--messages", &options.messages},
                                                {"--seconds", &options.seconds},
                                                {"--size", &options.size},
                                                {"--nap-us", &options.nap_us},
                                                {"--rate", &options.rate},
                                                {"--stored", &options.stored},
                                                {"--behind", &options.behind},
                                                {"--users", &options.users},
                                                {"--descriptors", &options.descriptors},
                                                {"--limit-seconds", &options.limit_seconds}};
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--help" || word == "-h") options.scenario = "help";
    if (options.scenario == "help") return options;
    if (word.rfind("--", 0) != 0 && options.scenario.empty()) {
      options.scenario = word;
      continue;
    }
    if (i + 1 >= count || (texts.count(word) == 0 && counts.count(word) == 0))
      fail("what is " + word + "?\n" + usage());
    const std::string value = words[++i];
    if (const auto text = texts.find(word); text != texts.end()) {
      *text->second = value;
    } else {
      *counts.at(word) = number(value);
    }
  }
  if (options.scenario.empty()) options.scenario = "all";
  if (options.json.empty()) options.json = here.parent_path() / "bench" / (options.scenario + ".json");
  options.program = std::filesystem::absolute(options.program);
  options.dir = std::filesystem::absolute(options.dir);
  options.peers = std::filesystem::absolute(options.peers);
  return options;
}

std::vector<unsigned> numbers(const std::string& list) {
  std::vector<unsigned> result;
  std::istringstream stream(list);
  for (std::string word; std::getline(stream, word, ',');) result.push_back(number(word));
  return result;
}

bool contains_word(const std::string& list, const std::string& word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

bool wants_case(const Options& options, const std::string& name) {
  return options.cases.empty() || contains_word(options.cases, name);
}

}  // namespace push::bench
