#include "auth/secret_file.hpp"

#include <taskrunner/error.hpp>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace taskrunner::auth {
namespace {

namespace fs = std::filesystem;

class SecretFileTest : public ::testing::Test {
 protected:
  SecretFileTest() { fs::create_directory(folder); }
  ~SecretFileTest() override { fs::remove_all(folder); }

  std::string place(const std::string& name) const { return (folder / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(place(name)) << text;
    return place(name);
  }
  std::size_t files_here() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }

  const fs::path folder = fs::temp_directory_path() / ("secret_file_test." + std::to_string(getpid()));
};

TEST_F(SecretFileTest, what_is_written_is_read_and_is_the_owners_alone) {
  const std::string path = place("tokens.json");
  change_private_file(path, [](std::string_view text) { return std::string(text) + "one"; });
  change_private_file(path, [](std::string_view text) { return std::string(text) + " two"; });
  EXPECT_EQ(read_secret_file(path), "one two");
  struct stat found{};
  ASSERT_EQ(stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  EXPECT_TRUE(is_private_file(path));
  EXPECT_EQ(files_here(), 1u);
}

TEST_F(SecretFileTest, a_file_that_others_could_read_is_closed_when_it_is_changed) {
  const std::string path = write("tokens.json", "open");
  fs::permissions(path, fs::perms(0644));
  EXPECT_FALSE(is_private_file(path));
  change_private_file(path, [](std::string_view) { return "closed"; });
  EXPECT_TRUE(is_private_file(path));
}

TEST_F(SecretFileTest, a_change_that_fails_leaves_the_file_as_it_was) {
  const std::string path = write("tokens.json", "before");
  const auto fail = [](std::string_view) -> std::string { throw Error(ErrorCode::invalid_argument, "no"); };
  EXPECT_THROW(change_private_file(path, fail), Error);
  EXPECT_EQ(read_secret_file(path), "before");
  EXPECT_EQ(files_here(), 1u);
}

TEST_F(SecretFileTest, a_link_to_a_file_stays_one) {
  const std::string path = write("real.json", "before");
  fs::create_symlink("real.json", place("link.json"));
  change_private_file(place("link.json"), [](std::string_view) { return "after"; });
  EXPECT_TRUE(fs::is_symlink(place("link.json")));
  EXPECT_EQ(read_secret_file(path), "after");
}

TEST_F(SecretFileTest, changes_at_one_time_come_one_after_the_other) {
  const std::string path = place("count");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) change_private_file(path, [](std::string_view text) { return std::string(text) + "x"; });
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(read_secret_file(path).size(), 40u);
}

TEST_F(SecretFileTest, what_cannot_be_read_is_named) {
  const auto refusal_of = [](const auto& act) -> std::string {
    try {
      act();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(refusal_of([&] { read_secret_file(place("none")); }).find(place("none")), std::string::npos);
  EXPECT_NE(refusal_of([&] { is_private_file(place("none")); }).find(place("none")), std::string::npos);
  EXPECT_NE(refusal_of([&] { read_token_file(write("bad.json", "[]")); }).find("bad.json"), std::string::npos);
  EXPECT_NE(refusal_of([&] { change_private_file(place("no/folder/x"), [](std::string_view) { return ""; }); }).find("no/folder"),
            std::string::npos);
}

TEST_F(SecretFileTest, a_shared_secret_is_long_and_its_line_end_does_not_count) {
  EXPECT_EQ(read_shared_secret(write("secret", std::string(32, 's') + "\n")), std::string(32, 's'));
  EXPECT_THROW(read_shared_secret(write("secret", std::string(31, 's') + "\n")), Error);
  EXPECT_THROW(read_shared_secret(write("secret", "")), Error);
}

}  // namespace
}  // namespace taskrunner::auth
