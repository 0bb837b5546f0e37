#pragma once

#include <taskrunner/json.hpp>

#include "store/mongo_command.hpp"

#include <memory>
#include <vector>

namespace taskrunner::store {

/// Makes the indexes that a collection lacks. Any number of hosts may do so at once: each waits for the same building.
///
/// Those of a collection without documents are made at once. Those of one that has some take as long as the server
/// needs, so a thread waits for them; until then everything works, only slower. Whoever stops the builder waits a moment
/// for that thread and then leaves it behind; if the process ends before the server is done, the server breaks off, and
/// the next host begins anew. (Ending the server's operation by killOp was rejected: mongod 6.0.5 falls by it.)
class IndexBuilder {
 public:
  /// `commands` must outlive it.
  explicit IndexBuilder(MongoCommands& commands);
  ~IndexBuilder() { stop(); }
  IndexBuilder(const IndexBuilder&) = delete;
  IndexBuilder& operator=(const IndexBuilder&) = delete;

  /// From any thread, and again when the collection was dropped. Throws Error{unavailable} where the server cannot be
  /// asked.
  void make_missing(const std::vector<Json>& needed);

  /// Nothing is begun any more. Takes 2 s at most. Harmless twice.
  void stop();

 private:
  struct Background;

  bool is_empty();

  MongoCommands& commands_;
  const std::shared_ptr<Background> background_;
};

}  // namespace taskrunner::store
