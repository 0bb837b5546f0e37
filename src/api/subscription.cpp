#include "api/subscription.hpp"

namespace taskrunner::api {

Subscription::Subscription(std::shared_ptr<RunnerLink> link, std::shared_ptr<SubscriptionBook> book, std::string id)
    : link_(std::move(link)), book_(std::move(book)), id_(std::move(id)) {}

Subscription::~Subscription() { close(); }

void Subscription::open(const Query& query) {
  query_ = link_->hub().subscribe(query, shared_from_this());
  book_->add(shared_from_this());
}

bool Subscription::resume(const Query& query, const Standing& standing, std::uint64_t seq) {
  const auto position = standing.position_of(seq);
  if (!position) return false;
  const auto resumed = link_->hub().resume(query, *position, shared_from_this());
  if (!resumed) return false;
  query_ = resumed->query;
  standing_ = {seq, *position, seq + resumed->steps.size()};
  is_answered_ = true;
  book_->add(shared_from_this());
  send_missed(resumed->steps, seq + 1);
  return true;
}

void Subscription::close() {
  has_ended_ = true;
  if (!query_) return;
  link_->hub().leave(query_, *this);
  query_ = nullptr;
  book_->keep(id_, standing_);
}

void Subscription::on_list(const live::WholeList& list) {
  if (has_ended_) return;
  if (std::exchange(is_answered_, true)) return tell_list(list);
  standing_ = {0, list.position, 0};
  send_first(list);
}

void Subscription::tell_list(const live::WholeList& list) {
  is_behind_ = is_behind_ || is_congested();
  if (is_behind_) return;
  const std::uint64_t seq = standing_.last_seq + 1;
  standing_ = {seq, list.position, seq};
  send_list(list, seq);
}

void Subscription::on_changes(const live::ChangeBatch& changes) {
  if (has_ended_ || !is_answered_) return;
  for (std::size_t i = 0; i < changes.steps.size(); ++i) {
    is_behind_ = is_behind_ || is_congested();
    if (is_behind_) return;  // also in the middle: the list that comes makes up for the rest
    send_change(changes, i, ++standing_.last_seq);
  }
}

void Subscription::on_drain() {
  if (!query_ || !is_behind_ || is_congested()) return;
  is_behind_ = false;
  tell_list({query_->list(), query_->position(), true});
}

void Subscription::on_failed(const Error& error) {
  has_ended_ = true;
  if (!std::exchange(is_answered_, true)) send_failure(error);
}

}  // namespace taskrunner::api
