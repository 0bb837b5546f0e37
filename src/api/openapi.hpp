#pragma once

#include <string>

namespace taskrunner::api {

/// The OpenAPI 3.1 document of the HTTP interface, as JSON text.
std::string openapi_document();

}  // namespace taskrunner::api
