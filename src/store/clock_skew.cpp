#include "store/clock_skew.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace taskrunner::store {
namespace {

/// Sessions last 30 s and lapse by the primary's clock.
constexpr std::int64_t much_between_members_ms = 1'000;
/// Nothing goes by this machine's clock but what people read.
constexpr std::int64_t much_here_ms = 5'000;

std::string ahead_or_behind(std::int64_t ms) { return fmt::format("{} ms {}", std::abs(ms), ms < 0 ? "behind" : "ahead of"); }

}  // namespace

void check_clocks(const std::vector<MongoMember>& members, std::vector<StoreFinding>& findings) {
  std::vector<MongoMember> told;
  std::copy_if(members.begin(), members.end(), std::back_inserter(told), [](const MongoMember& member) { return member.ahead_ms.has_value(); });
  if (told.empty()) return;
  const auto by_clock = [](const MongoMember& a, const MongoMember& b) { return *a.ahead_ms < *b.ahead_ms; };
  const auto [slowest, fastest] = std::minmax_element(told.begin(), told.end(), by_clock);
  const std::int64_t apart_ms = *fastest->ahead_ms - *slowest->ahead_ms;
  if (apart_ms >= much_between_members_ms)
    findings.push_back({false, fmt::format("the clock of {} is {} that of {}", fastest->address, ahead_or_behind(apart_ms), slowest->address),
                        "let NTP set both: after an election sessions end earlier or later by so much"});
  for (const MongoMember& member : told) {
    const bool is_ok = std::abs(*member.ahead_ms) < much_here_ms;
    findings.push_back({is_ok, fmt::format("the clock of {} is {} this machine's", member.address, ahead_or_behind(*member.ahead_ms)),
                        is_ok ? "" : "tasks go by the primary's clock; let both be set by NTP so that what people read agrees"});
  }
}

std::vector<std::string> ClockWatch::note(std::int64_t store_ms, std::int64_t here_ms, std::int64_t error_ms) {
  std::vector<std::string> said;
  const std::int64_t jump_ms = store_ms - last_store_ms_.value_or(store_ms);
  if (std::abs(jump_ms) >= much_between_members_ms + error_ms + last_error_ms_)
    said.push_back(fmt::format("the store's clock jumped {} by {} ms (another primary, or somebody set it): sessions end by so much {}, "
                               "this once; let NTP set the members' clocks",
                               jump_ms < 0 ? "back" : "ahead", std::abs(jump_ms), jump_ms < 0 ? "later" : "earlier"));
  const std::int64_t ahead_ms = here_ms - store_ms;
  const bool is_far = std::abs(ahead_ms) >= much_here_ms + error_ms;
  if (is_far && !is_far_)
    said.push_back(fmt::format("this machine's clock is {} the store's, by which tasks go; let NTP set both", ahead_or_behind(ahead_ms)));
  if (!is_far && is_far_) said.emplace_back("this machine's clock agrees with the store's again");
  is_far_ = is_far;
  last_store_ms_ = store_ms;
  last_error_ms_ = error_ms;
  return said;
}

}  // namespace taskrunner::store
