#include "store/mongo_change.hpp"

#include "base/time_text.hpp"
#include "core/task_document.hpp"
#include "doc/bson.hpp"

#include <bson/bson.h>

namespace taskrunner::store {
namespace {

std::string_view text_of(const bson_iter_t& at) {
  if (!BSON_ITER_HOLDS_UTF8(&at)) return {};
  std::uint32_t size = 0;
  const char* text = bson_iter_utf8(&at, &size);
  return {text, size};
}

std::string_view bytes_of(const bson_iter_t& at) {
  std::uint32_t size = 0;
  const std::uint8_t* bytes = nullptr;
  if (BSON_ITER_HOLDS_DOCUMENT(&at)) bson_iter_document(&at, &size, &bytes);
  return {reinterpret_cast<const char*>(bytes), size};
}

std::optional<ObjectId> id_of(const bson_iter_t& at) {
  if (!BSON_ITER_HOLDS_OID(&at)) return std::nullopt;
  return ObjectId::from_bytes({reinterpret_cast<const char*>(bson_iter_oid(&at)->bytes), ObjectId::size_bytes});
}

/// Calls `visit(name, member)` for each member of the document or array that stands there, if one does.
template <typename Visit>
void for_each_member(const bson_iter_t& at, Visit visit) {
  bson_iter_t member;
  if (!bson_iter_recurse(&at, &member)) return;
  while (bson_iter_next(&member)) visit(std::string_view(bson_iter_key(&member), bson_iter_key_len(&member)), member);
}

void tell_session(TaskChange& change, const bson_iter_t* at) {
  change.touched |= TaskChange::session;
  change.facts.has_session = at != nullptr;
  change.facts.session = at ? id_of(*at) : std::nullopt;
}

void tell_signal(TaskChange& change, const bson_iter_t* at) {
  change.touched |= TaskChange::signal;
  change.facts.signal = at ? signal_op_from(text_of(*at)) : std::nullopt;
}

void tell_wait(TaskChange& change, const bson_iter_t* at) {
  change.touched |= TaskChange::wait;
  change.facts.wait = TaskFacts::Wait::none;
  if (!at) return;
  const auto until = parse_iso_time(text_of(*at));
  change.facts.wait = until ? TaskFacts::Wait::until : TaskFacts::Wait::odd;
  change.facts.wait_until_ms = until.value_or(0);
}

/// Null stands for a member that is not there (any more).
void tell_member(TaskChange& change, std::string_view name, const bson_iter_t* at) {
  if (name == "state") {
    change.touched |= TaskChange::state;
    change.facts.state = at ? task_state_from(text_of(*at)) : std::nullopt;
  } else if (name == "versionedTopic") {
    change.touched |= TaskChange::topic;
    change.facts.topic = at ? text_of(*at) : std::string_view();
  } else if (name == "rev") {
    change.touched |= TaskChange::rev;
    change.facts.rev = at && BSON_ITER_HOLDS_NUMBER(at) ? bson_iter_as_int64(at) : 0;
  } else if (name == "worker") {
    change.touched |= TaskChange::worker;
    change.facts.has_worker = at != nullptr;
  } else if (name == "waitUntil") {
    tell_wait(change, at);
  } else if (name == "lease") {
    tell_session(change, nullptr);
    if (at) for_each_member(*at, [&](std::string_view inner, const bson_iter_t& member) {
      if (inner == "session") tell_session(change, &member);
    });
  } else if (name == "lease.session") {
    tell_session(change, at);
  } else if (name == "signal") {
    tell_signal(change, nullptr);
    if (at) for_each_member(*at, [&](std::string_view inner, const bson_iter_t& member) {
      if (inner == "op") tell_signal(change, &member);
    });
  } else if (name == "signal.op") {
    tell_signal(change, at);
  }
}

void read_update(TaskChange& change, const bson_iter_t& description) {
  for_each_member(description, [&](std::string_view part, const bson_iter_t& members) {
    if (part == "updatedFields") {
      for_each_member(members, [&](std::string_view name, const bson_iter_t& at) { tell_member(change, name, &at); });
    } else if (part == "removedFields") {
      for_each_member(members, [&](std::string_view, const bson_iter_t& at) { tell_member(change, text_of(at), nullptr); });
    }
  });
}

void read_full(TaskChange& change, const bson_iter_t& document) {
  for_each_member(document, [&](std::string_view name, const bson_iter_t& at) { tell_member(change, name, &at); });
  change.touched = TaskChange::all_fields;
}

void read_task(TaskChange& change, std::string_view document) {
  try {
    change.task = std::make_shared<const TaskRecord>(core::from_document(decode_bson(document)));
  } catch (const Error&) {
    change.is_odd = true;
  }
}

TaskChange::Kind kind_of(std::string_view operation, bool is_of_hosts) {
  using Kind = TaskChange::Kind;
  if (operation == "drop" || operation == "rename") return Kind::collection_gone;
  if (operation == "invalidate") return Kind::stream_over;
  if (is_of_hosts) return Kind::session_ended;
  if (operation == "insert") return Kind::insert;
  if (operation == "update" || operation == "replace") return Kind::update;
  if (operation == "delete") return Kind::remove;
  return Kind::other;
}

/// The members of an event, found in one pass.
struct EventParts {
  std::string_view operation;
  bool is_of_hosts = false;
  std::optional<ObjectId> id;
  std::optional<bson_iter_t> full_document;
};

void read_part(EventParts& parts, TaskChange& change, std::string_view name, const bson_iter_t& at,
               const std::string& hosts) {
  if (name == "operationType") {
    parts.operation = text_of(at);
  } else if (name == "clusterTime" && BSON_ITER_HOLDS_TIMESTAMP(&at)) {
    std::uint32_t seconds = 0;
    std::uint32_t ordinal = 0;
    bson_iter_timestamp(&at, &seconds, &ordinal);
    change.cluster_time = static_cast<std::uint64_t>(seconds) << 32 | ordinal;
  } else if (name == "ns") {
    for_each_member(at, [&](std::string_view, const bson_iter_t& coll) { parts.is_of_hosts = text_of(coll) == hosts; });
  } else if (name == "documentKey") {
    for_each_member(at, [&](std::string_view inner, const bson_iter_t& id) {
      if (inner == "_id") parts.id = id_of(id);
    });
  } else if (name == "updateDescription") {
    read_update(change, at);
  } else if (name == "leaseSession") {
    tell_session(change, &at);
  } else if (name == "signalOp") {
    tell_signal(change, &at);
  } else if (name == "fullDocument" && BSON_ITER_HOLDS_DOCUMENT(&at)) {
    parts.full_document = at;
  }
}

}  // namespace

TaskChange read_change(std::string_view event, const std::string& hosts, StreamForm form) {
  TaskChange change;
  EventParts parts;
  bson_t bytes;
  bson_iter_t at;
  if (!bson_init_static(&bytes, reinterpret_cast<const std::uint8_t*>(event.data()), event.size())) return change;
  if (!bson_iter_init(&at, &bytes)) return change;
  while (bson_iter_next(&at))
    read_part(parts, change, {bson_iter_key(&at), bson_iter_key_len(&at)}, at, hosts);
  change.kind = kind_of(parts.operation, parts.is_of_hosts);
  if (change.kind == TaskChange::Kind::collection_gone || change.kind == TaskChange::Kind::stream_over) return change;
  if (!parts.id) change.kind = TaskChange::Kind::other;
  change.id = parts.id.value_or(ObjectId());
  if (parts.full_document && !parts.is_of_hosts) {
    read_full(change, *parts.full_document);
    if (form == StreamForm::documents) read_task(change, bytes_of(*parts.full_document));
  } else if (form == StreamForm::documents) {
    change.touched = TaskChange::all_fields;  // gone before it was looked up: its remove comes next
  }
  return change;
}

std::optional<std::pair<ObjectId, TaskFacts>> read_facts(std::string_view document) {
  TaskChange change;
  std::optional<ObjectId> id;
  bson_t bytes;
  bson_iter_t at;
  if (!bson_init_static(&bytes, reinterpret_cast<const std::uint8_t*>(document.data()), document.size()))
    return std::nullopt;
  if (!bson_iter_init(&at, &bytes)) return std::nullopt;
  while (bson_iter_next(&at)) {
    const std::string_view name(bson_iter_key(&at), bson_iter_key_len(&at));
    if (name == "_id") id = id_of(at);
    tell_member(change, name, &at);
  }
  if (!id) return std::nullopt;
  return std::pair(*id, std::move(change.facts));
}

}  // namespace taskrunner::store
