#include "store/feed_pace.hpp"

namespace taskrunner::store {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds period{50};
constexpr std::size_t busy_from = 200;  ///< events in a period
/// Batches of writes are told together, and far apart.
constexpr milliseconds stays_busy{300};
constexpr milliseconds busy_pause{5};
constexpr milliseconds idle_wait{200};  ///< also how long a feed's stop takes at most
constexpr milliseconds shortest_wait{1};

}  // namespace

void FeedPace::on_read(std::size_t events, std::size_t most, Time now) {
  if (now - period_began_ >= period) {
    period_began_ = now;
    in_period_ = 0;
  }
  in_period_ += events;
  if (in_period_ >= busy_from) busy_until_ = now + stays_busy;
  is_busy_ = now < busy_until_;
  has_more_ = events >= most;
}

milliseconds FeedPace::pause() const { return is_busy_ && !has_more_ ? busy_pause : milliseconds(0); }

milliseconds FeedPace::wait() const { return is_busy_ ? shortest_wait : idle_wait; }

}  // namespace taskrunner::store
