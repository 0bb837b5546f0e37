#pragma once

#include "api/runner_link.hpp"
#include "api/subscription_book.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace taskrunner::api {

/// One client's look at a live query: numbers what it is told (`seq`), leaves steps out while it reads too slowly (it
/// gets the whole list when it has caught up), and can be gone on with where it broke off. How the messages go
/// out is the derived class's. Door's loop only.
class Subscription : public live::LiveSubscriber, public std::enable_shared_from_this<Subscription> {
 public:
  Subscription(std::shared_ptr<RunnerLink> link, std::shared_ptr<SubscriptionBook> book, std::string id);
  ~Subscription() override;

  const std::string& id() const { return id_; }
  const Standing& standing() const { return standing_; }

  /// Throws Error where the query is wrong. The list comes from within or later.
  void open(const Query& query);
  /// Goes on behind `seq` as another with this id stood. False: what was missed is not known any more.
  bool resume(const Query& query, const Standing& standing, std::uint64_t seq);
  /// The client has caught up.
  void on_drain();
  /// Hears nothing more; can be resumed for a while. Harmless twice.
  void close();

  bool has_ended() const { return has_ended_; }
  bool is_of(const std::vector<live::QueryNumber>& queries) const {
    return query_ && std::find(queries.begin(), queries.end(), query_->number()) != queries.end();
  }

  void on_list(const live::WholeList& list) final;
  void on_changes(const live::ChangeBatch& changes) final;
  void on_failed(const Error& error) final;

 protected:
  SubscriptionBook& book() { return *book_; }

  virtual bool is_congested() const = 0;
  /// The list for the first time.
  virtual void send_first(const live::WholeList& list) = 0;
  /// The steps since the place that the client came back with; the first of them has `first_seq`.
  virtual void send_missed(const std::vector<live::ListChange>& steps, std::uint64_t first_seq) = 0;
  virtual void send_list(const live::WholeList& list, std::uint64_t seq) = 0;
  virtual void send_change(const live::ChangeBatch& changes, std::size_t index, std::uint64_t seq) = 0;
  virtual void send_failure(const Error& error) = 0;

 private:
  void tell_list(const live::WholeList& list);

  const std::shared_ptr<RunnerLink> link_;
  const std::shared_ptr<SubscriptionBook> book_;
  const std::string id_;
  live::LiveHub::LiveQueryPtr query_;
  Standing standing_;
  bool is_answered_ = false;
  bool is_behind_ = false;
  bool has_ended_ = false;
};

}  // namespace taskrunner::api
