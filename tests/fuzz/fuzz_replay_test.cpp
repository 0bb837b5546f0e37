// Every input that the fuzzers start from or once failed on, with whatever compiler there is.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "targets.hpp"

namespace taskrunner::fuzz {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> corpus(const Target& target) {
  std::vector<std::string> inputs;
  for (const auto& file : fs::directory_iterator(fs::path("tests/fuzz/corpus") / target.name)) {
    std::ifstream in(file.path(), std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return inputs;
}

TEST(Corpora, KeepEveryPromise) {
  for (const auto& target : targets()) {
    const auto inputs = corpus(target);
    EXPECT_GE(inputs.size(), 5u) << target.name;
    for (const auto& input : inputs) target.run(input);
  }
}

/// No fuzzer, but a beginning: the corpora with bytes changed, cut and doubled.
TEST(Corpora, KeepEveryPromiseWhenTheyAreMangled) {
  std::mt19937 random(1);
  for (const auto& target : targets())
    for (const auto& input : corpus(target))
      for (int round = 0; round < 300 && !input.empty(); ++round) {
        auto mangled = input;
        for (int change = 0; change < 1 + round % 3; ++change) mangled[random() % mangled.size()] = static_cast<char>(random());
        if (round % 5 == 0) mangled.resize(random() % (mangled.size() + 1));
        if (round % 7 == 0) mangled += input;
        target.run(mangled);
      }
}

}  // namespace
}  // namespace taskrunner::fuzz
