// bench_net SCENARIO PORT PID: loads the server of that process and prints one line, see README.md.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>

#include "load_client.hpp"
#include "server_usage.hpp"

namespace {

using bench::LoadClient;
using bench::ServerUsage;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Connects so many, at most `at_once` on their way at a time.
void join(LoadClient& load, std::uint64_t clients, std::uint64_t at_once) {
  const auto before = load.counts().joined;
  std::uint64_t begun = 0;
  const bool all = load.run(seconds(60), [&] {
    while (begun < clients && begun - (load.counts().joined - before) < at_once) load.connect(), ++begun;
    return load.counts().joined - before == clients;
  });
  if (!all) throw std::runtime_error("not all clients could join");
}

/// Broadcasts to 1,000 clients, so many of them under way.
void deliveries(LoadClient& load, const ServerUsage& server, std::uint64_t clients, std::uint64_t in_flight) {
  join(load, clients, 100);
  std::uint64_t asked = 0;
  const auto step = [&](bool more) {
    const auto arrived = load.counts().events / clients;
    while (more && asked - arrived < in_flight) load.send(0, R"(42["broadcast",1])"), ++asked;
  };
  load.run(seconds(1), [&] { return step(true), false; });
  const auto start = load.counts().events;
  const auto cpu = server.cpu_seconds();
  const auto began = Clock::now();
  load.run(seconds(5), [&] { return step(true), false; });
  const auto count = load.counts().events - start;
  std::printf("%.0f deliveries per CPU second (%.0f a second)\n", static_cast<double>(count) / (server.cpu_seconds() - cpu),
              static_cast<double>(count) / seconds_since(began));
}

void round_trips(LoadClient& load, const ServerUsage& server) {
  join(load, 50, 50);
  load.on_ack = [&load](int client) { load.send(client, R"(421["echo","0123456789abcdef"])"); };
  for (int client = 0; client < 50; ++client) load.on_ack(client);
  load.run(seconds(1), [] { return false; });
  const auto start = load.counts().acks;
  const auto cpu = server.cpu_seconds();
  load.run(seconds(5), [] { return false; });
  std::printf("%.0f round trips per CPU second\n",
              static_cast<double>(load.counts().acks - start) / (server.cpu_seconds() - cpu));
}

void set_ups(LoadClient& load, const ServerUsage& server) {
  load.on_joined = [&load](int client) {
    load.reset(client);
    load.connect();
  };
  for (int i = 0; i < 50; ++i) load.connect();
  load.run(seconds(1), [] { return false; });
  const auto start = load.counts().joined;
  const auto cpu = server.cpu_seconds();
  load.run(seconds(4), [] { return false; });
  std::printf("%.0f connections set up per CPU second\n",
              static_cast<double>(load.counts().joined - start) / (server.cpu_seconds() - cpu));
}

void idle(LoadClient& load, const ServerUsage& server) {
  join(load, 100, 100);
  const auto before = server.resident_kib();
  join(load, 10'000, 200);
  load.run(seconds(2), [] { return false; });
  std::printf("%.2f KiB an idle connection\n", static_cast<double>(server.resident_kib() - before) / 10'000);
}

void come_back(LoadClient& load, const ServerUsage& server) {
  join(load, 100, 100);
  const auto start = Clock::now();
  const auto cpu = server.cpu_seconds();
  join(load, 5'000, 5'000);
  std::printf("%.3f s until 5,000 clients are back (%.3f CPU seconds)\n", seconds_since(start), server.cpu_seconds() - cpu);
}

/// 10 clients read nothing while 6,000 broadcasts of 10 kB are made.
void never_read(LoadClient& load, const ServerUsage& server) {
  join(load, 11, 11);
  const auto before = server.resident_kib();
  for (int client = 1; client <= 10; ++client) load.stop_reading(client);
  std::uint64_t asked = 0;
  load.run(seconds(30), [&] {
    while (asked < 600 && asked < load.counts().events / 10 + 2) load.send(0, R"(42["flood",10])"), ++asked;
    return load.counts().events >= 6'000;
  });
  load.run(seconds(1), [] { return false; });
  std::printf("%.1f MB at most, %.1f MB before\n", static_cast<double>(server.peak_kib()) / 1024,
              static_cast<double>(before) / 1024);
}

const std::map<std::string, std::function<void(LoadClient&, const ServerUsage&)>> scenarios{
    {"deliveries-16", [](LoadClient& load, const ServerUsage& server) { deliveries(load, server, 1'000, 16); }},
    {"deliveries-1", [](LoadClient& load, const ServerUsage& server) { deliveries(load, server, 1'000, 1); }},
    {"deliveries-5000", [](LoadClient& load, const ServerUsage& server) { deliveries(load, server, 5'000, 16); }},
    {"round-trips", round_trips},
    {"set-ups", set_ups},
    {"idle", idle},
    {"come-back", come_back},
    {"never-read", never_read},
};

}  // namespace

int main(int argc, char** argv) try {
  const auto found = argc == 4 ? scenarios.find(argv[1]) : scenarios.end();
  if (found == scenarios.end()) {
    std::fprintf(stderr, "usage: bench_net SCENARIO PORT PID, where SCENARIO is one of");
    for (const auto& [name, run] : scenarios) std::fprintf(stderr, " %s", name.c_str());
    std::fprintf(stderr, "\n");
    return 2;
  }
  LoadClient load(std::atoi(argv[2]));
  found->second(load, ServerUsage(std::atoi(argv[3])));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench_net: %s\n", error.what());
  return 1;
}
