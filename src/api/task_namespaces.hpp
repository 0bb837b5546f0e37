#pragma once

#include "api/authenticator.hpp"
#include "api/runners.hpp"
#include "api/task_relays.hpp"
#include "net/socketio_server.hpp"

#include <memory>
#include <unordered_map>
#include <vector>

namespace taskrunner::api {

/// `/tasks/<id>`, the namespace of each task that runs here: its document, progress and log lines as they come, and
/// actions on it; closed when its run is over. Where a runner's place says so, of those that other hosts run too. Door's
/// loop only.
class TaskNamespaces : public std::enable_shared_from_this<TaskNamespaces> {
 public:
  TaskNamespaces(std::shared_ptr<Runners> runners, std::shared_ptr<Authenticator> authenticator)
      : runners_(std::move(runners)), authenticator_(std::move(authenticator)) {}

  void open(net::SocketIoServer& server);
  /// The runner goes: so do the sockets of its tasks.
  void close(const RunnerLink& link);

  void on_progress(const ObjectId& id, const Json& data);
  void on_log(const ObjectId& id, const core::LogLine& line);
  void on_ended(const std::shared_ptr<RunnerLink>& link, const ObjectId& id);
  void on_feed(const std::shared_ptr<RunnerLink>& link, const FeedBatch& batch);

 private:
  using SocketPtr = std::shared_ptr<net::Socket>;
  struct Guest {
    SocketPtr socket;
    IdentityPtr who;
    std::vector<core::LogLine> told;  ///< on connection; may come once more as news
  };
  /// Those who look at one task.
  struct Room {
    std::shared_ptr<RunnerLink> link;
    std::vector<Guest> guests;
    std::int64_t rev = -1;  ///< of the document said last
    bool is_reading = false;
    bool is_dirty = false;
  };
  using RoomPtr = std::shared_ptr<Room>;

  void join(const SocketPtr& socket);
  void leave(const ObjectId& id, const net::Socket& socket);
  RoomPtr find(const ObjectId& id) const;
  void read(const ObjectId& id, const RoomPtr& room);
  static void tell_task(const Room& room, const TaskRecord& task);
  static awaitable<void> tell_document(std::shared_ptr<TaskNamespaces> self, ObjectId id, RoomPtr room);
  static awaitable<void> end(std::shared_ptr<RunnerLink> link, ObjectId id, RoomPtr room);

  const std::shared_ptr<Runners> runners_;
  const std::shared_ptr<Authenticator> authenticator_;
  std::unordered_map<ObjectId, RoomPtr> rooms_;
  TaskRelays relays_;
};

/// Those of the task that ran lately at that runner; none for whom they are hidden.
std::vector<core::LogLine> shown_logs(const RunnerLink& link, const Access& access, const ObjectId& id);
/// `{time, level, text}`, as JSON text.
std::string log_line_text(const core::LogLine& line);

}  // namespace taskrunner::api
