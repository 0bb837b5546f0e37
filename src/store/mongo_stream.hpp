#pragma once

#include <taskrunner/error.hpp>

#include "store/mongo_change.hpp"
#include "store/mongo_client.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace taskrunner::store {

/// A stream broke. Opened anew after the token of its last batch it goes on, unless its place is lost.
class StreamError : public Error {
 public:
  StreamError(ErrorCode code, const std::string& text, bool is_place_lost)
      : Error(code, text), is_place_lost_(is_place_lost) {}
  /// The server has not (or never had) what comes after the token: what happened there, nobody will tell.
  bool is_place_lost() const { return is_place_lost_; }

 private:
  bool is_place_lost_;
};

/// Whether the server's answer to a change stream's command means that its place is gone for good. Anything else may be
/// tried again: elections, restarts, lost connections, killed cursors.
/// `is_opening`: it was refused with its token; then everything that is not known to pass is taken for final.
bool is_place_lost(std::uint32_t server_code, bool is_opening);

/// Whether the pool's monitor knows of a primary now. Does not wait.
bool has_primary(mongoc_client_t* client);

/// One change stream on the primary. Plain commands, and not libmongoc's stream, since that does not tell where a batch
/// ends: events are handed on by the batch, as the server sent them. One thread, whose client must outlive it.
class MongoStream {
 public:
  /// Opens it after `after` (a resume token; empty: from now on). Throws StreamError; {not_supported} where the server
  /// is no replica set.
  MongoStream(mongoc_client_t* client, const MongoCollections& names, StreamForm form, const std::string& after);
  ~MongoStream();
  MongoStream(const MongoStream&) = delete;
  MongoStream& operator=(const MongoStream&) = delete;

  static constexpr std::size_t most_events = 1'000;  ///< in one answer

  /// The next events as BSON documents, good until the next call. Waits at most `await_ms` for one: none is no error.
  /// Throws StreamError.
  std::vector<std::string_view> next(int await_ms);

  /// Where a new stream would go on after the last batch, be it an empty one.
  const std::string& token() const { return token_; }
  /// The server's last operation when the stream was opened, not before its place: whoever reads what stood there then
  /// or later misses nothing that the stream will not tell. It is an operation that was carried out, and not the cluster
  /// time: that one may be of an operation that never was, and a read after it waits until the next.
  std::uint64_t begun_at() const { return begun_at_; }
  /// The server has ended it (the database was dropped): to be opened anew after the token.
  bool is_over() const { return cursor_id_ == 0; }
  /// Cheap; by what the pool's monitor knows. A stream of a member that is no longer primary stays silent where that
  /// member was cut off.
  bool is_on_primary() const;
  StreamForm form() const { return form_; }

  /// The facts of those of the tasks that are there, by one command, from the primary and as the majority has them.
  /// Throws StreamError.
  std::vector<std::pair<ObjectId, TaskFacts>> look_up(const std::vector<ObjectId>& ids);

 private:
  struct Destroy {
    void operator()(mongoc_client_session_t* session) const { mongoc_client_session_destroy(session); }
  };
  struct Document {
    Document() = default;
    ~Document() { bson_destroy(&bytes); }
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;
    bson_t bytes = BSON_INITIALIZER;
  };

  void select_primary();
  void open(const std::string& after);
  void note_begin();
  void run(const Json& command, Document& reply);
  void take_place(const bson_t& reply);

  mongoc_client_t* const client_;
  const MongoCollections& names_;
  const StreamForm form_;
  std::uint32_t server_ = 0;
  std::int64_t cursor_id_ = 0;
  std::string token_;
  std::uint64_t begun_at_ = 0;
  std::unique_ptr<mongoc_client_session_t, Destroy> session_;
  Document options_;
  Document reply_;
};

}  // namespace taskrunner::store
