#pragma once

#include <taskrunner/json.hpp>

#include "store/mongo_client.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner::store {

/// What a write command did.
struct MongoWritten {
  /// One statement (or document) that the server refused by itself; the command went on with the others.
  struct Failure {
    std::size_t index = 0;
    int code = 0;
    std::string text;
  };
  std::int64_t matched = 0;  ///< documents inserted, matched or deleted (the reply's `n`)
  std::vector<Failure> failures;
  /// No answer came to a first try, and this is the answer to a second: what the first did is not in `matched`.
  bool was_repeated = false;
};

/// How long a write is tried again whose first try failed in a way that a new primary, or the same one a moment later,
/// may not repeat.
enum class WriteTries : std::uint8_t {
  once,     ///< the caller repeats it
  twice,    ///< as drivers retry
  patient,  ///< for 20 s, once it may have been carried out: long enough for an election
};

/// Commands to one deployment, as values. All go to the primary. Writes are acknowledged by the majority's journals.
/// Thread-safe; each call takes a client of the pool for its time.
///
/// Errors: Error{unavailable} where nothing was changed, {unknown} where a write may have been carried out, and
/// {invalid_argument} where the server says that the command is wrong.
class MongoCommands {
 public:
  explicit MongoCommands(MongoCollections names) : names_(std::move(names)) {}

  const MongoCollections& names() const { return names_; }

  /// From now on no read shows the store as it was before that cluster time (0: any will do), whichever member answers:
  /// a primary that was elected just now, or does not know yet that it is none, knows less of what the majority has than
  /// the feed has told, or than there was when the feed began. It waits, or fails in the end. Before other threads read.
  void read_after(std::function<std::uint64_t()> cluster_time) { oldest_to_read_ = std::move(cluster_time); }

  /// Where a read may be of what the majority has not got yet.
  enum class Reads : std::uint8_t { committed, newest };

  /// `each` gets the BSON of every document. `options`: projection, sort, limit, skip, hint …
  void find(const std::string& collection, const JsonObject& filter, JsonObject options,
            const std::function<void(std::string_view)>& each, Reads reads = Reads::committed);
  /// Any other read command; its answer.
  JsonObject read(JsonObject command, Reads reads = Reads::committed);
  /// A command that takes no read concern; its answer.
  JsonObject ask(const JsonObject& command);
  /// What the primary says of itself.
  JsonObject hello();

  /// `documents` are BSON; they are inserted without regard to order, in as many commands as their sizes need.
  MongoWritten insert(const std::string& collection, std::span<const std::string> documents, WriteTries tries);
  /// `update`, `delete`, `createIndexes` …
  MongoWritten write(const JsonObject& command, WriteTries tries);

  /// An `update` of these statements, without regard to their order. `variables` (`let`) are worked out once, for all.
  MongoWritten update(const std::string& collection, JsonArray statements, WriteTries tries, JsonObject variables = {});

  /// None where the collection is not there.
  std::vector<JsonObject> list_indexes(const std::string& collection);

 private:
  MongoWritten insert_some(const std::string& collection, std::span<const std::string> documents, WriteTries tries);
  MongoWritten try_writing(const bson_t& command, WriteTries tries);
  std::uint64_t oldest_of(Reads reads) const;

  const MongoCollections names_;
  std::function<std::uint64_t()> oldest_to_read_;
};

/// The server's code for a key that stands there already.
inline constexpr int duplicate_key_code = 11000;

}  // namespace taskrunner::store
