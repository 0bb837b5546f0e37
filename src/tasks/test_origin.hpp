#pragma once

#include <taskrunner/json.hpp>

#include "tasks/test_certificate.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace taskrunner::tasks {

/// For tests: an empty folder that ends with the test.
class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "task-runner-test-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }
  std::string read(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name, std::ios::binary) << text; }
  /// Names of all that lies in it.
  std::string list() const {
    std::string names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) names += entry.path().filename().string() + " ";
    return names;
  }

 private:
  std::filesystem::path path_;
};

/// For tests: the project's nginx (tests/support/origin), started by the first who asks, ended with the process.
/// Tests run in the project's root.
class TestOrigin {
 public:
  static TestOrigin& get() {
    static TestOrigin origin;
    return origin;
  }

  std::string url(const std::string& path) const { return facts_.at("url").as_string() + path; }
  /// By IPv6; empty where this machine has none.
  std::string url_v6(const std::string& path) const {
    const Json* url = facts_.find("urlV6");
    return url ? url->as_string() + path : std::string();
  }
  /// By https; its certificate is signed by itself.
  std::string url_tls(const std::string& path) const { return facts_.at("urlTls").as_string() + path; }
  std::filesystem::path certificate() const { return folder_.path() / "certificate.pem"; }
  std::filesystem::path root() const { return facts_.at("root").as_string(); }
  std::string sha256(std::size_t file) const { return facts_.at("files").as_array()[file].at("sha256").as_string(); }
  /// Of the requests for that path, one line each. nginx writes them after the answer: waits for the first.
  std::string requests(const std::string& path) const {
    std::string found;
    for (int i = 0; i < 1000 && found.empty(); ++i) {
      if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      found = logged(path);
    }
    return found;
  }

 private:
  std::string logged(const std::string& path) const {
    std::ifstream log(facts_.at("accessLog").as_string());
    std::string found;
    for (std::string line; std::getline(log, line);)
      if (line.find(" " + path + " ") != std::string::npos) found += line + "\n";
    return found;
  }

  TestOrigin() {
    write_test_certificate(certificate(), folder_.path() / "key.pem");
    int to[2];
    int from[2];
    if (pipe(to) != 0 || pipe(from) != 0) throw std::runtime_error("no pipe");
    child_ = fork();
    if (child_ == 0) {
      dup2(to[0], 0);
      dup2(from[1], 1);
      for (const int fd : {to[0], to[1], from[0], from[1]}) close(fd);
      execl("tests/support/origin", "origin", "--file", "small.bin=1m", "--file", "medium.bin=16m", "--file",
            "empty.bin=0", "--tls", certificate().c_str(), (folder_.path() / "key.pem").c_str(), nullptr);
      _exit(127);
    }
    close(to[0]);
    close(from[1]);
    stdin_ = to[1];
    std::string line;
    for (char c = 0; read(from[0], &c, 1) == 1 && c != '\n';) line += c;
    close(from[0]);
    facts_ = Json::parse(line);
  }
  ~TestOrigin() {
    close(stdin_);
    waitpid(child_, nullptr, 0);
  }

  const TestFolder folder_;
  pid_t child_ = 0;
  int stdin_ = -1;
  Json facts_;
};

}  // namespace taskrunner::tasks
