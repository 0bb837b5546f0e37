#include "live_clients/model_client.hpp"

namespace taskrunner::model {

using Kind = live::ListChange::Kind;

Seen seen(std::span<const live::LiveTaskPtr> tasks) {
  Seen out;
  for (const auto& task : tasks) out.emplace_back(task->id(), task->wire_json());
  return out;
}

void ModelSubscription::send_list(const live::WholeList& list, std::uint64_t seq) {
  wire.push_back({Message::Kind::list, seq, seen(list.tasks)});
}

void ModelSubscription::send_missed(const std::vector<live::ListChange>& steps, std::uint64_t first_seq) {
  for (const live::ListChange& step : steps) wire.push_back({Message::Kind::step, first_seq++, {}, step});
}

void ModelSubscription::send_change(const live::ChangeBatch& changes, std::size_t index, std::uint64_t seq) {
  wire.push_back({Message::Kind::step, seq, {}, changes.steps[index]});
}

void ModelSubscription::send_failure(const Error&) { wire.push_back({Message::Kind::failure}); }

Host::Host(boost::asio::io_context& io, core::TaskService& service, const live::LivePace& pace)
    : link(std::make_shared<api::RunnerLink>(io, service, api::RunnerPlace{"/tasks"}, pace)) {
  link->start({});
}

ModelClient::ModelClient(Query query) : query_(std::move(query)), form_(live::form_of(parse_query(query_))) {}

void ModelClient::connect(const Host& host) {
  if (subscription_) return;
  if (!id_.empty()) {
    const auto standing = host.book->take(id_, form_);
    subscription_ = std::make_shared<ModelSubscription>(host.link, host.book, id_);
    if (standing && subscription_->resume(query_, *standing, seq_)) return void(++counts_.resumed);
  }
  subscription_ = std::make_shared<ModelSubscription>(host.link, host.book, host.book->make_id(form_));
  subscription_->open(query_);
}

void ModelClient::disconnect() {
  if (subscription_) subscription_->close();
  vanish();
}

void ModelClient::vanish() {
  if (subscription_) lost_.push_back(std::exchange(subscription_, nullptr));
}

void ModelClient::read(std::size_t messages) {
  for (; subscription_ && messages > 0 && !subscription_->wire.empty(); --messages) {
    const Message message = std::move(subscription_->wire.front());
    subscription_->wire.pop_front();
    take(message);
    if (subscription_ && subscription_->wire.size() < 2) subscription_->on_drain();
  }
}

void ModelClient::take(const Message& message) {
  if (message.kind == Message::Kind::failure) {
    ++counts_.failures;
    return disconnect();
  }
  if (message.seq != 0 && message.seq != seq_ + 1)
    throw Violation{"number " + std::to_string(message.seq) + " came after " + std::to_string(seq_)};
  seq_ = message.seq;
  if (message.kind == Message::Kind::step) return apply(message.step);
  list_ = message.list;
  id_ = subscription_->id();  // known by the answer alone
  ++counts_.lists;
}

void ModelClient::apply(const live::ListChange& step) {
  ++counts_.steps;
  if (step.position >= list_.size() + (step.kind == Kind::insert ? 1 : 0))
    throw Violation{"a step at " + std::to_string(step.position) + " of " + std::to_string(list_.size())};
  const auto place = list_.begin() + static_cast<std::ptrdiff_t>(step.position);
  switch (step.kind) {
    case Kind::insert: list_.emplace(place, step.task->id(), step.task->wire_json()); break;
    case Kind::update: *place = {step.task->id(), step.task->wire_json()}; break;
    case Kind::remove: list_.erase(place); break;
  }
}

}  // namespace taskrunner::model
