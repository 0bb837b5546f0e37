#include "app/hide_token.hpp"

#include <cstring>
#include <string_view>

namespace taskrunner::app {

void hide_token(int count, char** values) {
  constexpr std::string_view flag = "--token";
  for (int i = 1; i < count; ++i) {
    const std::string_view word = values[i];
    if (word == flag && i + 1 < count) std::memset(values[i + 1], 'x', std::strlen(values[i + 1]));
    if (word.starts_with("--token=")) std::memset(values[i] + flag.size() + 1, 'x', word.size() - flag.size() - 1);
  }
}

}  // namespace taskrunner::app
