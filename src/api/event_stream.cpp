#include "api/event_stream.hpp"

#include "api/rest_tasks.hpp"
#include "api/subscription.hpp"

#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <charconv>
#include <chrono>
#include <optional>

namespace taskrunner::api {
namespace {

/// A client that leaves more than this unread is told no steps.
constexpr std::size_t soft_limit_bytes = 256UL * 1024;
/// A connection that nobody is at any more is found by writing to it.
constexpr auto silence = std::chrono::seconds(15);
constexpr std::string_view sign_of_life = ":\n\n";

struct EventId {
  std::string subscription;
  std::uint64_t seq = 0;
};

/// `<subscription>:<seq>`; anything else is no id of ours.
std::optional<EventId> parse_event_id(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  EventId id{std::string(text.substr(0, colon)), 0};
  const auto [end, error] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), id.seq);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

/// What is to be written to one client, until its stream takes it.
class EventSubscription final : public Subscription {
 public:
  EventSubscription(const std::shared_ptr<RunnerLink>& link, std::shared_ptr<SubscriptionBook> book, std::string id,
                    AccessPtr access)
      : Subscription(link, std::move(book), std::move(id)), link_(link), access_(std::move(access)), wake_(link->io()) {}

  /// Until the client leaves, or the query has no list.
  awaitable<void> write_to(net::HttpBodyWriter& writer) {
    while (!link_->is_cut() && !(has_ended() && waiting_.empty())) {
      if (waiting_.empty()) co_await something_to_write();
      std::string chunk = std::exchange(waiting_, {});
      const bool is_there = co_await writer.write(std::move(chunk));
      if (!is_there) co_return;
      on_drain();
    }
  }

 private:
  awaitable<void> something_to_write() {
    wake_.expires_after(silence);
    boost::system::error_code woken;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, woken);
    co_await wake_.async_wait(std::move(token));
    if (waiting_.empty()) waiting_ = sign_of_life;
  }

  void push(std::string_view event, std::uint64_t seq, std::string_view data) {
    waiting_ += fmt::format("id: {}:{}\nevent: {}\ndata: {}\n\n", id(), seq, event, data);
    wake_.cancel();
  }

  bool is_congested() const override { return waiting_.size() > soft_limit_bytes; }
  void send_first(const live::WholeList& list) override { send_list(list, 0); }
  void send_list(const live::WholeList& list, std::uint64_t seq) override {
    push("list", seq, list_text(list.tasks, *access_));
  }
  void send_change(const live::ChangeBatch& changes, std::size_t index, std::uint64_t seq) override {
    push("change", seq, change_head(id(), seq) + change_tail(changes.steps[index], *access_));
  }
  void send_missed(const std::vector<live::ListChange>& steps, std::uint64_t first_seq) override {
    for (const live::ListChange& step : steps) {
      push("change", first_seq, change_head(id(), first_seq) + change_tail(step, *access_));
      ++first_seq;
    }
  }
  void send_failure(const Error& error) override {
    waiting_ += fmt::format("event: failed\ndata: {}\n\n", Json(error.what()).dump());
    wake_.cancel();
  }

  const std::shared_ptr<RunnerLink> link_;
  const AccessPtr access_;
  boost::asio::steady_timer wake_;
  std::string waiting_;
};

std::shared_ptr<EventSubscription> subscribe(const std::shared_ptr<RunnerLink>& link,
                                             const std::shared_ptr<SubscriptionBook>& book, const IdentityPtr& who,
                                             const net::HttpRequest& request) {
  const Query query = who->access->narrowed(query_of(request));
  const std::string form = token_form(query, *who);
  if (const auto place = parse_event_id(request.headers.get("Last-Event-ID"))) {
    const auto standing = book->take(place->subscription, form);
    const auto resumed = std::make_shared<EventSubscription>(link, book, place->subscription, who->access);
    if (standing && resumed->resume(query, *standing, place->seq)) return resumed;
  }
  const auto fresh = std::make_shared<EventSubscription>(link, book, book->make_id(form), who->access);
  fresh->open(query);
  return fresh;
}

/// Ends a subscription with the stream that shows it, however that ends.
class Ending {
 public:
  explicit Ending(std::shared_ptr<Subscription> subscription) : subscription_(std::move(subscription)) {}
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  ~Ending() { subscription_->close(); }

 private:
  const std::shared_ptr<Subscription> subscription_;
};

awaitable<void> write_events(std::shared_ptr<EventSubscription> subscription, net::HttpBodyWriter& writer) {
  const Ending ending(subscription);
  co_await subscription->write_to(writer);
}

}  // namespace

net::HttpResponse watch_tasks(const std::shared_ptr<RunnerLink>& link, const std::shared_ptr<SubscriptionBook>& book,
                              const IdentityPtr& who, const net::HttpRequest& request) {
  net::HttpResponse response;
  response.headers.set("Content-Type", "text/event-stream; charset=utf-8");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Accel-Buffering", "no");  // a proxy that buffers would hold events back
  if (request.method == "HEAD") return response;
  response.stream = [subscription = subscribe(link, book, who, request)](net::HttpBodyWriter& writer) {
    return write_events(subscription, writer);
  };
  return response;
}

}  // namespace taskrunner::api
