#include "app/hide_token.hpp"

#include <gtest/gtest.h>

namespace taskrunner::app {
namespace {

std::vector<std::string> shown_after(std::vector<std::string> words) {
  std::vector<char*> values;
  for (std::string& word : words) values.push_back(word.data());
  hide_token(static_cast<int>(values.size()), values.data());
  return words;
}

TEST(HideToken, nothing_of_a_token_stays_on_the_command_line) {
  EXPECT_EQ(shown_after({"task-runner", "list", "--token", "tr_1", "--json"}),
            (std::vector<std::string>{"task-runner", "list", "--token", "xxxx", "--json"}));
  EXPECT_EQ(shown_after({"task-runner", "--token=tr_1"}), (std::vector<std::string>{"task-runner", "--token=xxxx"}));
  EXPECT_EQ(shown_after({"task-runner", "--token"}), (std::vector<std::string>{"task-runner", "--token"}));
  EXPECT_EQ(shown_after({"task-runner", "--token-from", "file"}),
            (std::vector<std::string>{"task-runner", "--token-from", "file"}));
}

TEST(HideToken, a_copy_made_before_still_has_it) {
  std::string program = "task-runner", flag = "--token", token = "tr_1";
  char* values[] = {program.data(), flag.data(), token.data()};
  const Arguments copy(3, values);
  hide_token(3, values);
  EXPECT_EQ(copy.count(), 3);
  EXPECT_STREQ(copy.values()[2], "tr_1");
}

}  // namespace
}  // namespace taskrunner::app
