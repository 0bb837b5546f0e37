#pragma once

#include <taskrunner/task_record.hpp>

namespace taskrunner::core {

/// The stored document: names, types and absence rules of docs/document.md. Queries match against this form.
JsonObject to_document(const TaskRecord& task);

/// The reverse; throws Error{invalid_argument} that names the field where the document is no task of ours.
/// Unknown fields are ignored.
TaskRecord from_document(JsonObject document);

/// The document as clients see it: `id` for `_id`, no lease, no __v.
JsonObject to_wire(const TaskRecord& task);

/// `to_wire` as JSON text.
std::string wire_json(const TaskRecord& task);

}  // namespace taskrunner::core
