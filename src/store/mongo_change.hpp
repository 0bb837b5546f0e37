#pragma once

#include "store/task_facts.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace taskrunner::store {

/// The change streams of a store watch its database, and the server sends only what is about the tasks' collection, and
/// of the hosts' the ends of sessions. Two forms of the same stream, told apart by what an event carries; a resume token
/// of one is good for the other:
///  - control: of a task's document no more than TaskFacts needs;
///  - documents: the whole document as it stands when the event is read (updateLookup), and not what changed in it.
enum class StreamForm { control, documents };

/// `pipeline` of an aggregate command on the database. `after` is a resume token (a BSON document's bytes), empty: from
/// now on.
Json stream_pipeline(StreamForm form, const std::string& tasks, const std::string& hosts, std::string_view after);

/// The projection of a `find` by which facts are looked up.
Json facts_projection();

/// One event of such a stream; its bytes are one BSON document. Never throws for what stands in a document.
TaskChange read_change(std::string_view event, const std::string& hosts, StreamForm form);

/// A document that `find` gave. Nothing where its _id is no ObjectId.
std::optional<std::pair<ObjectId, TaskFacts>> read_facts(std::string_view document);

}  // namespace taskrunner::store
