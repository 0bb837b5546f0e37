#pragma once

#include <taskrunner/store.hpp>

namespace taskrunner::store {

/// A session as the document in `<collection>.hosts`, but for `_id` and what the server puts there by its own clock:
/// `until`, and `lost` with `lostAt`.
JsonObject session_fields(const SessionInfo& session);

/// The reverse, of the whole document; what is missing or of another type is left at its default.
SessionInfo session_of(const JsonObject& document);

/// A document's `_id`; zero where it is no ObjectId.
ObjectId id_of(const JsonObject& document);

/// A member that is a date, in milliseconds; 0 where it is none.
std::int64_t date_of(const JsonObject& document, const char* name);

}  // namespace taskrunner::store
