#pragma once

#include <taskrunner/query.hpp>

#include <functional>
#include <vector>

namespace taskrunner::oracle {

struct Case {
  Query query;
  std::vector<JsonObject> documents;
};

/// The same with parts left out, as long as `fails` says that it still fails; asked at most some hundred times.
Case shrink(Case failing, const std::function<bool(const Case&)>& fails);

}  // namespace taskrunner::oracle
