#include "targets.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace taskrunner::fuzz {

std::span<const Target> targets() {
  static constexpr std::array<Target, 7> all{{{"http_head", http_head},
                                              {"websocket_frames", websocket_frames},
                                              {"engineio_packets", engineio_packets},
                                              {"socketio_packets", socketio_packets},
                                              {"jwt", jwt},
                                              {"tickets", tickets},
                                              {"token_files", token_files}}};
  return all;
}

}  // namespace taskrunner::fuzz

#ifdef TASKRUNNER_FUZZ_TARGET  // a fuzzer of its own for each target
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskrunner::fuzz::TASKRUNNER_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
#endif
