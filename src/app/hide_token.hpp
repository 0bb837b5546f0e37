#pragma once

#include <string>
#include <vector>

namespace taskrunner::app {

/// A copy of a command line.
class Arguments {
 public:
  Arguments(int count, const char* const* values) : texts_(values, values + count) {
    for (const std::string& text : texts_) values_.push_back(text.c_str());
  }
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  int count() const { return static_cast<int>(values_.size()); }
  const char* const* values() const { return values_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<const char*> values_;
};

/// Overwrites what stands behind `--token`, so that `ps` shows it no more.
void hide_token(int count, char** values);

}  // namespace taskrunner::app
