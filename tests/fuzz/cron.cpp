#include "core/cron.hpp"

#include "accepted.hpp"
#include "targets.hpp"

#include <iterator>

namespace taskrunner::fuzz {
namespace {

constexpr std::int64_t minute_ms = 60'000;

/// A tick comes after the moment that was asked for, on a whole minute, and none comes between.
void look_at(const core::Cron& cron, std::int64_t after_ms) {
  const auto tick = cron.next_after(after_ms);
  if (!tick) return;
  promise(*tick > after_ms && *tick % minute_ms == 0);
  promise(cron.next_after(*tick - 1) == tick);
  const auto next = cron.next_after(*tick);
  promise(!next || *next > *tick);
}

}  // namespace

/// The first byte chooses a zone, the rest is the expression. (A zone's name is the name of a file, and not for a fuzzer.)
void cron(std::string_view bytes) {
  static constexpr const char* zones[] = {"UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia",
                                          "Asia/Kathmandu"};
  if (bytes.empty()) return;
  const char* zone = zones[static_cast<unsigned char>(bytes.front()) % std::size(zones)];
  const auto cron = accepted([&] { return core::Cron(bytes.substr(1), zone); });
  if (!cron) return;
  // An ordinary day, the days before Lord Howe's and Berlin's clocks change, the day that Apia left out, before 1970.
  constexpr std::int64_t moments_ms[] = {1'769'851'800'000, 1'775'300'000'000, 1'774'700'000'000, 1'325'140'000'000,
                                         -86'400'001};
  for (const std::int64_t after_ms : moments_ms) look_at(*cron, after_ms);
}

}  // namespace taskrunner::fuzz
