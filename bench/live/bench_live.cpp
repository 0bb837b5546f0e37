#include "live_figures.hpp"
#include "report/options.hpp"

#include <cstdio>

namespace {

using namespace taskrunner::bench;

Figures figures() {
  return {{"match_equality", "match: state", "ns", 100, {}},
          {"match_two", "match: state and topic", "ns", 0, {}},
          {"match_nested", "match: dotted path, number", "ns", 0, {}},
          {"match_in", "match: $in of 20", "ns", 0, {}},
          {"match_or", "match: $or of ranges", "ns", 0, {}},
          {"own_1", "changes, 1 live query", "/s", 0, {}},
          {"own_100", "changes, 100 live queries, each of its own task", "/s", 0, {}},
          {"own_10000", "changes, 10,000 live queries, each of its own task", "/s", 50'000, {}},
          {"share_10000", "changes, 10,000 live queries, 1 % match each", "/s", 2'000, {}},
          {"reads", "reads of the store in all of these, beside the first", "", 0, {}},
          {"memory", "memory of a live query, window of 20", "B", 4'096, {}},
          {"socket_p50", "commit to socket, p50", "ms", 0, {}},
          {"socket_p99", "commit to socket, p99", "ms", 5, {}},
          {"mongo_p50", "MongoDB: write sent to socket, p50", "ms", 0, {}},
          {"mongo_p99", "MongoDB: write sent to socket, p99", "ms", 20, {}},
          {"mongo_reads", "MongoDB: finds that mongod counted for 5,000 changes", "", 0, {}}};
}

}  // namespace

int main(int count, char** arguments) try {
  const Options options = read_options(count, arguments, {.runs = 3});
  Figures all = figures();
  for (std::size_t run = 0; run < options.runs; ++run) {
    measure_matching(all);
    measure_hub(all);
    measure_sockets(all);
    measure_sockets_on_mongo(all);
  }
  std::fputs((options.as_json ? to_json(all) + "\n" : to_markdown(all)).c_str(), stdout);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
