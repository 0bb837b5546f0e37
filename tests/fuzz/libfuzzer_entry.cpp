// The fuzzer of one target: TASKRUNNER_FUZZ_TARGET is its name.
#include "targets.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskrunner::fuzz::TASKRUNNER_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
