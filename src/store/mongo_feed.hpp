#pragma once

#include <taskrunner/store.hpp>

#include "base/random.hpp"
#include "store/feed_pace.hpp"
#include "store/feed_ring.hpp"
#include "store/feed_translator.hpp"
#include "store/mongo_client.hpp"
#include "store/mongo_stream.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace taskrunner::store {

/// The feed of a collection in MongoDB, whoever writes there: other hosts, other programs, other languages.
///
/// One change stream and one thread, with a client of its own from the pool. The stream is always open, in the form
/// `control`; while documents are wanted, in the form `documents` instead, which the server pays for by looking each
/// updated document up. It changes its form between two batches, at a resume token: nothing is missed and nothing comes
/// twice. Reading takes no command but the stream's, and look-ups where a change does not say enough
/// (FeedTranslator).
///
/// What a reader can rely on:
///  - events come in the order of commits (of the majority, never to be rolled back), each once, with one `seq` for
///    both forms. Those that are published after want_documents() has returned carry documents, until it is let go;
///  - a document is the one that stood there when the event was read: a later change may be in it already, and comes
///    again with its own event. Whoever keeps documents compares `rev` (and where old runners write, which leave it
///    alone, the document);
///  - a place is lost where the server's history is shorter than the feed was away, and where the collection was
///    dropped or renamed;
///  - now() may be behind a verb that has just returned, by the milliseconds that the stream takes. To join a read to
///    the feed: take `cursor = now()`, then read with readConcern majority and afterClusterTime told_until()
///    (MongoCommands does), so that the read is not behind `cursor`; then go on from `cursor`. What the read showed
///    already comes again, and is known by its `rev`.
///
/// Thread-safe. Listeners are called on the feed's thread, once a batch.
class MongoFeed final : public Feed {
 public:
  struct Counters {
    std::uint64_t events = 0;
    std::uint64_t batches = 0;    ///< with events in them
    std::uint64_t looked_up = 0;  ///< documents, by commands of our own
    std::uint64_t odd = 0;        ///< changed documents that are no tasks of ours
    std::uint64_t opened = 0;     ///< how often the stream was opened, a change of its form included
    std::uint64_t broken = 0;     ///< how often it broke
    std::uint64_t lost = 0;       ///< how often the readers had to read everything anew
  };

  /// `on_collection_gone` is called on the feed's thread after the collection or its hosts' was dropped or renamed, before
  /// readers are told that they lost their place: indexes and validator are to be put back. More than once where the
  /// database is dropped, since that undoes what the first call did. It may block and use the store; where it throws, that
  /// is logged.
  ///
  /// `on_old_claim` is called on the feed's thread with the topic of each task that was seen to run without a session: a
  /// runner of the old kind has it. It must return at once.
  MongoFeed(MongoCollections names, std::shared_ptr<Random> random, std::function<void()> on_collection_gone,
            std::function<void(const std::string&)> on_old_claim = {});
  /// Stops.
  ~MongoFeed() override;

  /// Opens the stream: what is committed after this returns will be told. Once. Throws Error{unavailable}, and
  /// {not_supported} where the server is no replica set. From then on it outlives whatever happens to the server.
  void start();
  /// Ends the thread, within a fraction of a second. Harmless twice, or unstarted. Readers may go on reading the ring.
  void stop();

  FeedCursor now() const override { return ring_.now(); }
  FeedBatch read(const FeedCursor& after, std::size_t max) const override { return ring_.read(after, max); }
  std::unique_ptr<Listener> listen(std::function<void()> on_change) override;
  std::unique_ptr<Listener> want_documents() override;

  /// The cluster time of the newest event that was published, or at which the stream was opened: what happened up to then
  /// will not be told any more.
  std::uint64_t told_until() const { return told_until_; }
  Counters counters() const;

 private:
  void run(const std::stop_token& stop);
  void open_stream();
  void read_stream(const std::stop_token& stop);
  bool publish(std::vector<FeedEvent> events);
  void lose(const std::string& why);
  void put_collection_back();
  void on_broken(const StreamError& error);
  bool is_on_primary();
  void wait_for_primary(const std::stop_token& stop);
  void pause(const std::stop_token& stop, std::chrono::milliseconds length);
  StreamForm wanted_form() const { return ring_.documents_wanted() ? StreamForm::documents : StreamForm::control; }

  const MongoCollections names_;
  const std::shared_ptr<Random> random_;
  const std::function<void()> on_collection_gone_;
  const std::function<void(const std::string&)> on_old_claim_;
  FeedRing ring_;
  std::mutex publish_mutex_;  ///< whether documents are wanted is decided together with publishing
  std::atomic<std::uint64_t> told_until_ = 0;

  // Of the thread.
  FeedTranslator translator_;
  FeedPace pace_;
  MongoPool::Client client_;
  std::unique_ptr<MongoStream> stream_;
  std::string token_;  ///< after the last batch that was published
  bool is_place_lost_ = false;
  int failures_ = 0;
  std::chrono::steady_clock::time_point primary_seen_at_;

  std::atomic<std::uint64_t> events_ = 0;
  std::atomic<std::uint64_t> batches_ = 0;
  std::atomic<std::uint64_t> opened_ = 0;
  std::atomic<std::uint64_t> broken_ = 0;
  std::atomic<std::uint64_t> lost_ = 0;

  std::mutex pause_mutex_;
  std::condition_variable_any pause_;
  std::jthread thread_;
};

}  // namespace taskrunner::store
